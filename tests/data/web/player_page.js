// Draws frames of effects with the player, for a test to compare.

import { AudioFeatures } from "/web/player/audio_features.js";
import { Context, Player, parseCompilerLog } from "/web/player/player.js";
import { evaluate } from "/web/player/sizes/size_expression.js";
import { typeset } from "/web/player/textures/typeset.js";

const context = new Context(document.getElementById("canvas"));

async function fetchPhoto(url) {
  const bytes = await (await fetch(url)).arrayBuffer();
  const [width, height] = new Uint32Array(bytes, 8, 2);
  return { width, height, data: new Uint8Array(bytes, 16) };
}

async function fetchFeatures() {
  const layout = await (await fetch("/layout")).json();
  const columns = await (await fetch("/columns")).arrayBuffer();
  return new AudioFeatures(layout, columns);
}

const media = {
  photo: fetchPhoto("/photo"),
  photo2: fetchPhoto("/photo2"),
  features: fetchFeatures(),
};

async function fetchImage(url) {
  const blob = await (await fetch(url)).blob();
  return createImageBitmap(blob, { premultiplyAlpha: "none" });
}

async function fetchImages(files) {
  const images = Object.entries(files).map(async ([name, url]) => [name, await fetchImage(url)]);
  return Object.fromEntries(await Promise.all(images));
}

/** Decode the textures of text inputs, which the test makes. */
function decodeTexts(texts) {
  const textures = Object.entries(texts).map(([name, { width, height, data }]) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    return [name, { width, height, data: bytes }];
  });
  return Object.fromEntries(textures);
}

function toBase64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return btoa(text);
}

/** Return the frames as base64 of RGBA rows from the bottom, or the error of the effect. */
async function draw(program, { shots, files, values, second, texts, ...settings }) {
  const [photo, photo2] = [await media.photo, await media.photo2];
  const features = await media.features;
  const [images, textTextures] = [await fetchImages(files), decodeTexts(texts)];
  const options = { ...settings, photo, features, images, texts: textTextures };
  let player = null;
  try {
    player = new Player(context, program, second ? { ...options, photo2 } : options);
    const frames = [];
    for (const frame of shots) {
      await features.load(frame, settings.fps);
      for (const _ of player.seek(frame, values));
      frames.push(toBase64(player.read()));
    }
    const error = context.gl.getError();
    return error ? { error: `WebGL error ${error}` } : { frames };
  } catch (error) {
    return { error: String(error), messages: parseCompilerLog(error.log ?? "") };
  } finally {
    player?.release();
  }
}

Object.assign(window, { draw, evaluate, typeset, ready: true });
