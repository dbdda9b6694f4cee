// Draws frames of effects with the player, for a test to compare.

import { Context, Player, complaints } from "/web/player/player.js";
import { evaluate } from "/web/player/sizes/size_expression.js";
import { Recorded } from "/web/player/audio_features.js";
import { typeset } from "/web/player/textures/typeset.js";

const context = new Context(document.getElementById("canvas"));

async function picture(url) {
  const bytes = await (await fetch(url)).arrayBuffer();
  const [width, height] = new Uint32Array(bytes, 8, 2);
  return { width, height, data: new Uint8Array(bytes, 16) };
}

async function heard() {
  const layout = await (await fetch("/layout")).json();
  const measured = await (await fetch("/measured")).arrayBuffer();
  return new Recorded(layout, measured);
}

const film = { photo: picture("/photo"), photo2: picture("/photo2"), sound: heard() };

async function image(url) {
  const blob = await (await fetch(url)).blob();
  return createImageBitmap(blob, { premultiplyAlpha: "none" });
}

async function loaded(files) {
  const rows = Object.entries(files).map(async ([name, url]) => [name, await image(url)]);
  return Object.fromEntries(await Promise.all(rows));
}

/** Textures of text inputs, as the server sends them. */
function lettered(texts) {
  const rows = Object.entries(texts).map(([name, { width, height, data }]) => {
    return [name, { width, height, data: Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0)) }];
  });
  return Object.fromEntries(rows);
}

function text(bytes) {
  let found = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    found += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return btoa(found);
}

/** The frames as base64 of RGBA rows from the bottom, or what is wrong with the effect. */
async function draw(program, { shots, files, values, second, texts, ...settings }) {
  const [photo, photo2, sound] = [await film.photo, await film.photo2, await film.sound];
  const options = { ...settings, photo, sound, images: await loaded(files), texts: lettered(texts) };
  let player = null;
  try {
    player = new Player(context, program, second ? { ...options, photo2 } : options);
    const found = [];
    for (const frame of shots) {
      await sound.load(frame, settings.fps);
      for (const _ of player.seek(frame, values));
      found.push(text(player.read()));
    }
    const error = context.gl.getError();
    return error ? { error: `WebGL error ${error}` } : { frames: found };
  } catch (error) {
    return { error: String(error), complaints: complaints(error.log ?? "") };
  } finally {
    player?.release();
  }
}

Object.assign(window, { draw, evaluate, typeset, ready: true });
