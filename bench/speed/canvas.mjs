// Draws what the effect `spin` does on a canvas: the same layers in the same places, by the CPU.
//
//     node canvas.mjs ROOT FOLDER WIDTH HEIGHT FRAMES
//
// ROOT has node_modules with @napi-rs/canvas. FOLDER has the layers back, front and circle as raw
// RGBA, rows from the top, and frames.json: for each frame the angle and scale of front, the angle
// and scale of circle, the shift and scale of back, and the opacities of the four draws. Frames are
// written to standard output as RGBA, or nowhere if it is a file that discards them.

import { createRequire } from "node:module";
import { readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const [root, folder, w, h, count] = process.argv.slice(2);
const { createCanvas, ImageData } = createRequire(join(root, "package.json"))("@napi-rs/canvas");
const [width, height, frames] = [Number(w), Number(h), Number(count)];

function layer(name) {
  const image = createCanvas(width, height);
  const pixels = new Uint8ClampedArray(readFileSync(join(folder, name)));
  image.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  return image;
}

function place(context, angle, scale, x, y) {
  const [c, s] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  context.setTransform(c, s, -s, c, width / 2 + x * width, height / 2 + y * height);
}

function writeAll(pixels) {
  for (let at = 0; at < pixels.length; ) {
    try {
      at += writeSync(1, pixels, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

const [back, front, circle] = ["back", "front", "circle"].map(layer);
const places = JSON.parse(readFileSync(join(folder, "frames.json"), "utf8"));
const canvas = createCanvas(width, height);
const context = canvas.getContext("2d", { alpha: false });
const draw = (image) => context.drawImage(image, -width / 2, -height / 2);

for (let frame = 0; frame < frames; frame++) {
  const at = places[frame % places.length];
  context.globalCompositeOperation = "source-over";
  context.globalAlpha = 1;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  context.globalAlpha = at.background;
  place(context, 0, at.backScale, at.x, at.y);
  draw(back);
  context.globalAlpha = at.opacity;
  place(context, at.angle, at.scale, 0, 0);
  draw(front);
  context.globalCompositeOperation = "screen";
  context.globalAlpha = at.light;
  place(context, at.circleAngle, at.circleScale, 0, 0);
  draw(circle);
  writeAll(canvas.data());
}
