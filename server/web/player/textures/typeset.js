// Typesets a text with Canvas 2D into the texture that the server makes with its own fonts; its
// format is in server/typography/glyph_texture.py. Lines, sizes and outlines follow the same rules;
// the letters are those of the fonts of this machine.

import { edgeProximity, gaussianBlur } from "./glyph_masks.js";

const METRICS = 9; // texels of numbers in the last row, before the advances
const MIN_WIDTH = 16;
const SHRINK_STEP = 0.96;
const MIN_LINE_GAP = 0.08;
const MAX_OUTLINE = 64;
const MAX_CELLS = 64;
const MIN_REST = 0.01;
const BREAKS = /(?<=[ \-–—/])(?![-‐‒–—―−|·•](?: |$))|(?=[\u3040-\u30ff\u4e00-\u9fff])/u;
const RTL_FIRST = /^[^A-Za-zА-я]*[\u0590-\u08ff]/;
// Families whose files on the server have other weights or another name: see fonts.py.
const FONT_WEIGHTS = {
  Inter: ["Inter Display", 400, 700],
  "Inter Black": ["Inter Display", 900, 900],
  Manrope: ["Manrope", 500, 800],
  "EB Garamond": ["EB Garamond", 400, 400],
};

/** Return the texture of a text: {width, height, data}, rows from the bottom. */
export function typeset(style) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (!style.text) return emptyTexture(style.frame);
  return style.cells ? typesetCells(context, style) : typesetBlock(context, style);
}

function setFont(context, style, em) {
  const family = style.font.replaceAll(/["\\]/g, "");
  const [name, regular, bold] = FONT_WEIGHTS[family] ?? [family, 400, 700];
  const stack = `"${name}", "${family}", "Noto Sans", sans-serif, "Noto Color Emoji"`;
  context.font = `${style.bold ? bold : regular} ${em}px ${stack}`;
  if ("letterSpacing" in context) context.letterSpacing = `${style.spacing * em}px`;
  return context;
}

// Lines that fit

function wrapLines(measure, text, maxWidth) {
  const lines = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const piece of paragraph.split(BREAKS)) {
      if (line && measure((line + piece).trimEnd()) > maxWidth) {
        lines.push(line.trimEnd());
        line = "";
      }
      line += piece;
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

/** Break the text into lines, as large as the style allows, and of equal length if possible. */
function fitLines(context, style) {
  setFont(context, style, 100);
  const measure = (text) => context.measureText(text).width / 100;
  let em = style.size;
  const fits = (lines) =>
    lines.length <= style.lines &&
    (lines.length === 1 || (1 + (lines.length - 1) * style.leading) * em <= style.height) &&
    lines.every((line) => measure(line) * em <= style.width);
  let lines = wrapLines(measure, style.text, style.width / em);
  while (!fits(lines) && em > style.size * style.shrink) {
    em *= SHRINK_STEP;
    lines = wrapLines(measure, style.text, style.width / em);
  }
  if (!fits(lines)) return { lines: truncateLines(measure, lines, style, em), em };
  let [low, high] = [0, style.width / em];
  for (let step = 0; step < 12 && lines.length > 1; step++) {
    const middle = (low + high) / 2;
    const narrower = wrapLines(measure, style.text, middle);
    const isFitting = narrower.every((line) => measure(line) <= middle);
    if (narrower.length === lines.length && isFitting) high = middle;
    else low = middle;
  }
  return { lines: wrapLines(measure, style.text, high), em };
}

function truncateLines(measure, lines, style, em) {
  return lines.slice(0, style.lines).map((line, index) => {
    const isCut = index === style.lines - 1 && lines.length > style.lines;
    const characters = [...line];
    const length = characters.length;
    const truncated = () => {
      const ellipsis = isCut || characters.length < length ? "…" : "";
      return characters.join("").trimEnd() + ellipsis;
    };
    while (characters.length > 1 && measure(truncated()) * em > style.width) characters.pop();
    return truncated();
  });
}

// Letters as pixels

/**
 * Draw a line and crop it to its ink; null where it has none. It is drawn white and black: the
 * pixels that differ take the colour of the text, the others are emoji.
 */
function rasterize(context, style, em, line) {
  const advance = Math.ceil(setFont(context, style, em).measureText(line).width);
  const [x, y] = [Math.ceil(em) + 2, Math.ceil(2.2 * em) + 2];
  const [width, height] = [advance + 2 * x, y + Math.ceil(1.4 * em) + 2];
  const [white, black] = ["#fff", "#000"].map((color) => {
    const canvas = new OffscreenCanvas(width, height);
    const layer = canvas.getContext("2d", { willReadFrequently: true });
    setFont(layer, style, em);
    layer.direction = RTL_FIRST.test(style.text) ? "rtl" : "ltr";
    layer.textAlign = "left";
    layer.fillStyle = color;
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
  const size = { width: right - left + 1, height: bottom - top + 1 };
  return { white, black, stride: width, left, top, ...size, ascent: y - top, x: left - x };
}

/** Add the ink of a rasterized line to the masks of a sheet. */
function addInk(sheet, line, left, top, number) {
  for (let row = 0; row < line.height; row++) {
    for (let column = 0; column < line.width; column++) {
      const from = ((line.top + row) * line.stride + line.left + column) * 4;
      const alpha = line.white[from + 3] / 255;
      const tinted = ((line.white[from] - line.black[from]) / 255) * alpha;
      const at = (top + row) * sheet.width + left + column;
      sheet.fill[at] = Math.max(sheet.fill[at], tinted);
      const rest = Math.max(alpha - tinted, 0);
      if (rest < MIN_REST) continue;
      sheet.emoji ??= new Float32Array(sheet.width * sheet.height * 4);
      for (let part = 0; part < 3; part++) {
        sheet.emoji[at * 4 + part] = (line.black[from + part] / 255) * alpha;
      }
      sheet.emoji[at * 4 + 3] = rest;
    }
  }
  sheet.line.fill(number, Math.max(top - Math.ceil(sheet.em * 0.04), 0));
}

/** Make the empty masks of a text: its fill, the number of the line in each row, its emoji. */
function makeSheet(em, minWidth, height) {
  const width = Math.max(minWidth, METRICS);
  const line = new Uint8Array(height).fill(1);
  return { em, width, height, line, fill: new Float32Array(width * height), emoji: null };
}

function outlineReach(style, em) {
  return Math.min(style.outline * em, MAX_OUTLINE);
}

function padding(style, em) {
  const needed = Math.max(outlineReach(style, em) + 1, 1.5 * style.shadow * em);
  return Math.ceil(Math.min(needed, Math.max(...style.frame) / 4 + 2)) + 1;
}

function typesetBlock(context, style) {
  const { lines: texts, em } = fitLines(context, style);
  const lines = texts.map((text) => rasterize(context, style, em, text)).filter(Boolean);
  if (!lines.length) return emptyTexture(style.frame);
  const pad = padding(style, em);
  const baselines = [pad + lines[0].ascent];
  for (let index = 1; index < lines.length; index++) {
    const [above, below] = [lines[index - 1], lines[index]];
    const gap = Math.ceil(MIN_LINE_GAP * em);
    const minLeading = above.height - above.ascent + below.ascent + gap;
    baselines.push(baselines.at(-1) + Math.max(Math.round(style.leading * em), minLeading));
  }
  const width = Math.max(...lines.map((line) => line.width)) + 2 * pad;
  const last = lines.at(-1);
  const sheet = makeSheet(em, width, baselines.at(-1) - last.ascent + last.height + pad);
  lines.forEach((line, index) => {
    const left = pad + Math.round((sheet.width - 2 * pad - line.width) * style.align);
    addInk(sheet, line, left, baselines[index] - line.ascent, index + 1);
  });
  const ends = [baselines[0], baselines.at(-1)];
  return packTexture(context, style, sheet, { pad, baselines: ends });
}

/** Typeset each character in a cell of its own. */
function typesetCells(context, style) {
  const em = style.size;
  const characters = [...style.text].slice(0, MAX_CELLS);
  const advances = characters.map(
    (character) => setFont(context, style, em).measureText(character).width,
  );
  const glyphs = characters.map((character) => rasterize(context, style, em, character));
  const inked = glyphs.filter(Boolean);
  const pad = padding(style, em);
  const pitch = Math.ceil(Math.max(...advances)) + 2 * pad;
  const ascent = Math.max(1, ...inked.map((glyph) => glyph.ascent));
  const descent = Math.max(0, ...inked.map((glyph) => glyph.height - glyph.ascent));
  const width = Math.max(pitch * characters.length, METRICS + characters.length);
  const sheet = makeSheet(em, width, ascent + descent + 2 * pad);
  glyphs.forEach((glyph, index) => {
    if (!glyph) return;
    const left = index * pitch + Math.round((pitch - advances[index]) / 2 + glyph.x);
    addInk(sheet, glyph, Math.max(left, 0), pad + ascent - glyph.ascent, 1);
  });
  const baselines = [pad + ascent, pad + ascent];
  const cells = { count: characters.length, pitch, advances };
  return packTexture(context, style, sheet, { pad, baselines, cells });
}

// The texture

const NO_CELLS = { count: 0, pitch: 0, advances: [] };

/** Pack the masks and the metrics into RGBA. */
function packTexture(context, style, sheet, { pad, baselines, cells = NO_CELLS }) {
  const { em, width, height, fill, emoji } = sheet;
  const ink = emoji ? fill.map((value, at) => Math.max(value, emoji[at * 4 + 3])) : fill;
  const reach = outlineReach(style, em);
  const edge = reach > 0 ? edgeProximity(ink, width, height, reach) : ink;
  const deviation = (style.shadow * em) / 2;
  const shadow = style.shadow > 0 ? gaussianBlur(ink, width, height, deviation) : ink;
  const rows = height * (emoji ? 2 : 1) + 1;
  const data = new Uint8Array(rows * width * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = row * width + column;
      const to = ((height - 1 - row) * width + column) * 4;
      data.set([fill[from], edge[from], shadow[from]].map(toByte), to);
      data[to + 3] = sheet.line[row];
      if (!emoji) continue;
      const color = emoji.subarray(from * 4, from * 4 + 4);
      data.set([...color].map(toByte), to + height * width * 4);
    }
  }
  const capHeight = setFont(context, style, em).measureText("H").actualBoundingBoxAscent;
  const metrics = [
    [Math.max(...sheet.line), emoji ? 2 : 0],
    [em * 256, reach * 256],
    [pad, pad],
    [width - pad, height - pad],
    baselines.map((baseline) => height - baseline),
    [capHeight * 256, style.shadow * em * 256],
    [cells.count, cells.pitch],
    [height, 0],
    style.frame,
    ...cells.advances.map((advance) => [advance * 256, 0]),
  ];
  metrics.forEach((pair, index) => {
    data.set(pair.flatMap(toTwoBytes), ((rows - 1) * width + index) * 4);
  });
  return { width, height: rows, data };
}

/** Return the texture of a text that has no ink. */
function emptyTexture(frame) {
  const data = new Uint8Array(2 * MIN_WIDTH * 4);
  data.set([0, 1, 0, 0, ...frame.flatMap(toTwoBytes)], (MIN_WIDTH + 7) * 4);
  return { width: MIN_WIDTH, height: 2, data };
}

function toByte(value) {
  return Math.round(Math.min(Math.max(value, 0), 1) * 255);
}

function toTwoBytes(value) {
  const integer = Math.min(Math.max(Math.round(value), 0), 65535);
  return [integer >> 8, integer & 255];
}
