// Text inputs in a browser: how each is set, by its header and the values of other inputs.

import { Texture } from "../gl/texture.js";
import { pictureNames } from "../sizes/safe_area.js";
import { evaluate } from "../sizes/size_expression.js";
import { typeset } from "./typeset.js";

/** One text input, set anew when what it is made of changes. */
export class LetteredTexture {
  /**
   * @param {Context} context
   * @param {object} program - of GET /effects/{id}
   * @param {object} item - its input
   * @param {object} settings - of the player: size, title, artist, and `texts`: textures made
   *     elsewhere, {width, height, data}, by the input's name
   */
  constructor(context, program, item, settings) {
    Object.assign(this, { context, program, item, settings, key: null, texture: null });
    this.show({});
  }

  /** Make it what `values` of the inputs say. */
  show(values) {
    const given = this.settings.texts?.[this.item.name];
    const style = given ? null : styleOf(this.program, this.item, values, this.settings);
    const key = JSON.stringify(style);
    if (key === this.key) return;
    this.key = key;
    const { width, height, data } = given ?? typeset(style);
    this.texture?.release();
    this.texture = new Texture(this.context, "2D", width, height);
    this.texture.write(this.context.gl.RGBA8, data);
  }

  release() {
    this.texture?.release();
  }
}

/** All that shapes a text: sizes in pixels, as in server/render/textures/text.py. */
export function styleOf(program, item, values, { width, height, title, artist }) {
  const { text, words, choices, expressions, ranges } = item.lettering;
  const numbers = pictureNames(width, height);
  const labels = {};
  for (const one of program.inputs) {
    const value = values[one.name] ?? one.default;
    if (typeof value === "number" || typeof value === "boolean") numbers[one.name] = Number(value);
    const at = one.values.indexOf(value);
    if (at >= 0) labels[one.name] = one.labels[at];
  }
  const found = { ...words };
  for (const [key, name] of Object.entries(choices)) found[key] = labels[name] ?? found[key];
  for (const [key, one] of Object.entries(expressions)) found[key] = evaluate(one, numbers);
  for (const [key, [low, high]] of Object.entries(ranges)) {
    found[key] = Math.min(Math.max(Number(found[key]), low), high);
  }
  const told = values[item.name] ?? text;
  return {
    text: told.replaceAll("$title", title ?? "").replaceAll("$artist", artist ?? "").trim().normalize("NFC"),
    frame: [width, height],
    font: found.FONT,
    bold: found.BOLD >= 0.5,
    size: found.SIZE * Math.min(width, height),
    width: found.WIDTH * width,
    height: found.HEIGHT * height,
    align: /left/i.test(found.ALIGN) ? 0 : /right/i.test(found.ALIGN) ? 1 : 0.5,
    spacing: found.SPACING,
    leading: found.LEADING,
    outline: found.OUTLINE,
    shadow: found.SHADOW,
    lines: Math.round(found.LINES),
    shrink: found.SHRINK,
    cells: found.CELLS >= 0.5,
  };
}
