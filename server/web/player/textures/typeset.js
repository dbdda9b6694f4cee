// Letters by Canvas 2D in the texture that the server makes with its own fonts: see the head of
// server/typography/glyph_texture.py for how it lies. Lines, sizes and outlines go by the same rules; the
// letters are those of the fonts that this machine has.

import { blurred, near } from "./glyph_masks.js";

const NUMBERS = 9;
const NARROWEST = 16;
const STEP = 0.96;
const APART = 0.08;
const REACH = 64;
// Families whose files on the server are of other weights, or of another name: see fonts.py.
const CUTS = {
  Inter: ["Inter Display", 400, 700],
  "Inter Black": ["Inter Display", 900, 900],
  Manrope: ["Manrope", 500, 800],
  "EB Garamond": ["EB Garamond", 400, 400],
};

/** The texture: {width, height, data}, rows from the bottom. */
export function typeset(style) {
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  if (!style.text) return empty(style.frame);
  return style.cells ? cells(pen, style) : block(pen, style);
}

function face(pen, style, em) {
  const family = style.font.replaceAll(/["\\]/g, "");
  const [name, regular, bold] = CUTS[family] ?? [family, 400, 700];
  const stack = `"${name}", "${family}", "Noto Sans", sans-serif, "Noto Color Emoji"`;
  pen.font = `${style.bold ? bold : regular} ${em}px ${stack}`;
  if ("letterSpacing" in pen) pen.letterSpacing = `${style.spacing * em}px`;
  return pen;
}

// Lines that fit

function wrap(measure, text, most) {
  const lines = [];
  for (const row of text.split("\n")) {
    let line = "";
    for (const piece of row.split(/(?<=[ \-–—/])(?![-‐‒–—―−|·•](?: |$))|(?=[\u3040-\u30ff\u4e00-\u9fff])/u)) {
      if (line && measure((line + piece).trimEnd()) > most) {
        lines.push(line.trimEnd());
        line = "";
      }
      line += piece;
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

function setLines(pen, style) {
  face(pen, style, 100);
  const measure = (text) => pen.measureText(text).width / 100;
  let em = style.size;
  const fits = (lines) =>
    lines.length <= style.lines &&
    (lines.length === 1 || (1 + (lines.length - 1) * style.leading) * em <= style.height) &&
    lines.every((line) => measure(line) * em <= style.width);
  let lines = wrap(measure, style.text, style.width / em);
  while (!fits(lines) && em > style.size * style.shrink) {
    em *= STEP;
    lines = wrap(measure, style.text, style.width / em);
  }
  if (!fits(lines)) return { lines: cut(measure, lines, style, em), em };
  let [low, high] = [0, style.width / em];
  for (let step = 0; step < 12 && lines.length > 1; step++) {
    const middle = (low + high) / 2;
    const other = wrap(measure, style.text, middle);
    if (other.length === lines.length && other.every((line) => measure(line) <= middle)) high = middle;
    else low = middle;
  }
  return { lines: wrap(measure, style.text, high), em };
}

function cut(measure, lines, style, em) {
  return lines.slice(0, style.lines).map((line, index) => {
    const more = index === style.lines - 1 && lines.length > style.lines;
    const signs = [...line];
    const told = () => signs.join("").trimEnd() + (more || signs.length < [...line].length ? "…" : "");
    while (signs.length > 1 && measure(told()) * em > style.width) signs.pop();
    return told();
  });
}

// Letters as pixels

/** One line cut to its ink. Drawn white and black: what differs takes a colour, the rest is emoji. */
function drawn(pen, style, em, line) {
  const wide = Math.ceil(face(pen, style, em).measureText(line).width);
  const [x, y] = [Math.ceil(em) + 2, Math.ceil(2.2 * em) + 2];
  const [width, height] = [wide + 2 * x, y + Math.ceil(1.4 * em) + 2];
  const [white, black] = ["#fff", "#000"].map((tint) => {
    const layer = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    face(layer, style, em);
    layer.direction = /^[^A-Za-zА-я]*[\u0590-\u08ff]/.test(style.text) ? "rtl" : "ltr";
    layer.textAlign = "left";
    layer.fillStyle = tint;
    layer.fillText(line, x, y);
    return layer.getImageData(0, 0, width, height).data;
  });
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let at = 3; at < white.length; at += 4) {
    if (!white[at]) continue;
    const column = ((at - 3) / 4) % width;
    const row = Math.floor((at - 3) / 4 / width);
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  if (right < 0) return null;
  return { white, black, full: width, left, top, width: right - left + 1, height: bottom - top + 1, rise: y - top, x: left - x };
}

/** Put a drawn line into the masks of a sheet. */
function put(sheet, line, left, top, number) {
  for (let row = 0; row < line.height; row++) {
    for (let column = 0; column < line.width; column++) {
      const from = ((line.top + row) * line.full + line.left + column) * 4;
      const alpha = line.white[from + 3] / 255;
      const tinted = ((line.white[from] - line.black[from]) / 255) * alpha;
      const at = (top + row) * sheet.width + left + column;
      sheet.fill[at] = Math.max(sheet.fill[at], tinted);
      const rest = Math.max(alpha - tinted, 0);
      if (rest < 0.01) continue;
      sheet.emoji ??= new Float32Array(sheet.width * sheet.height * 4);
      for (let part = 0; part < 3; part++) sheet.emoji[at * 4 + part] = (line.black[from + part] / 255) * alpha;
      sheet.emoji[at * 4 + 3] = rest;
    }
  }
  sheet.line.fill(number, Math.max(top - Math.ceil(sheet.em * 0.04), 0));
}

function sheetOf(style, em, width, height) {
  const size = [Math.max(width, NUMBERS), height];
  const line = new Uint8Array(height).fill(1);
  return { em, width: size[0], height, line, fill: new Float32Array(size[0] * height), emoji: null };
}

function reachOf(style, em) {
  return Math.min(style.outline * em, REACH);
}

function padOf(style, em) {
  const wanted = Math.max(reachOf(style, em) + 1, 1.5 * style.shadow * em);
  return Math.ceil(Math.min(wanted, Math.max(...style.frame) / 4 + 2)) + 1;
}

function block(pen, style) {
  const { lines, em } = setLines(pen, style);
  const rows = lines.map((line) => drawn(pen, style, em, line)).filter(Boolean);
  if (!rows.length) return empty(style.frame);
  const pad = padOf(style, em);
  const baselines = [pad + rows[0].rise];
  for (let at = 1; at < rows.length; at++) {
    const [above, below] = [rows[at - 1], rows[at]];
    const least = above.height - above.rise + below.rise + Math.ceil(APART * em);
    baselines.push(baselines.at(-1) + Math.max(Math.round(style.leading * em), least));
  }
  const width = Math.max(...rows.map((row) => row.width)) + 2 * pad;
  const last = rows.at(-1);
  const sheet = sheetOf(style, em, width, baselines.at(-1) - last.rise + last.height + pad);
  rows.forEach((row, at) => {
    const left = pad + Math.round((sheet.width - 2 * pad - row.width) * style.align);
    put(sheet, row, left, baselines[at] - row.rise, at + 1);
  });
  return pack(pen, style, sheet, { pad, baselines: [baselines[0], baselines.at(-1)] });
}

function cells(pen, style) {
  const em = style.size;
  const signs = [...style.text].slice(0, 64);
  const advances = signs.map((sign) => face(pen, style, em).measureText(sign).width);
  const rows = signs.map((sign) => drawn(pen, style, em, sign));
  const inked = rows.filter(Boolean);
  const pad = padOf(style, em);
  const pitch = Math.ceil(Math.max(...advances)) + 2 * pad;
  const rise = Math.max(1, ...inked.map((row) => row.rise));
  const below = Math.max(0, ...inked.map((row) => row.height - row.rise));
  const width = Math.max(pitch * signs.length, NUMBERS + signs.length);
  const sheet = sheetOf(style, em, width, rise + below + 2 * pad);
  rows.forEach((row, at) => {
    if (!row) return;
    const left = at * pitch + Math.round((pitch - advances[at]) / 2 + row.x);
    put(sheet, row, Math.max(left, 0), pad + rise - row.rise, 1);
  });
  const baselines = [pad + rise, pad + rise];
  return pack(pen, style, sheet, { pad, baselines, cells: signs.length, pitch, advances });
}

// The texture

function pack(pen, style, sheet, { pad, baselines, cells: count = 0, pitch = 0, advances = [] }) {
  const { em, width, height, fill, emoji } = sheet;
  const ink = emoji ? fill.map((value, at) => Math.max(value, emoji[at * 4 + 3])) : fill;
  const reach = reachOf(style, em);
  const edge = reach > 0 ? near(ink, width, height, reach) : ink;
  const dark = style.shadow > 0 ? blurred(ink, width, height, (style.shadow * em) / 2) : ink;
  const rows = height * (emoji ? 2 : 1) + 1;
  const data = new Uint8Array(rows * width * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = row * width + column;
      const to = ((height - 1 - row) * width + column) * 4;
      data.set([fill[from], edge[from], dark[from]].map(byte), to);
      data[to + 3] = sheet.line[row];
      if (emoji) data.set([...emoji.subarray(from * 4, from * 4 + 4)].map(byte), to + height * width * 4);
    }
  }
  const caps = face(pen, style, em).measureText("H").actualBoundingBoxAscent;
  const numbers = [
    [Math.max(...sheet.line), emoji ? 2 : 0],
    [em * 256, reach * 256],
    [pad, pad],
    [width - pad, height - pad],
    baselines.map((baseline) => height - baseline),
    [caps * 256, style.shadow * em * 256],
    [count, pitch],
    [height, 0],
    style.frame,
    ...advances.map((advance) => [advance * 256, 0]),
  ];
  numbers.forEach((pair, at) => data.set(pair.flatMap(halves), ((rows - 1) * width + at) * 4));
  return { width, height: rows, data };
}

function empty(frame) {
  const data = new Uint8Array(2 * NARROWEST * 4);
  data.set([0, 1, 0, 0, ...frame.flatMap(halves)], (NARROWEST + 7) * 4);
  return { width: NARROWEST, height: 2, data };
}

function byte(value) {
  return Math.round(Math.min(Math.max(value, 0), 1) * 255);
}

function halves(value) {
  const whole = Math.min(Math.max(Math.round(value), 0), 65535);
  return [whole >> 8, whole & 255];
}
