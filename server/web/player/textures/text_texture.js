// Textures of text inputs: the style of each, from its declaration and the values of other inputs.

import { Texture } from "../gl/texture.js";
import { sizeNames } from "../sizes/safe_area.js";
import { evaluate } from "../sizes/size_expression.js";
import { typeset } from "./typeset.js";

/** The texture of one text input, typeset again when its text or its style changes. */
export class TextTexture {
  /**
   * @param {Context} context
   * @param {object} program - of GET /effects/{id}
   * @param {object} item - its input
   * @param {object} options - of the player: size, title, artist, and `texts`: textures made
   *     elsewhere, {width, height, data}, by the input's name
   */
  constructor(context, program, item, options) {
    Object.assign(this, { context, program, item, options, key: null, texture: null });
    this.update({});
  }

  /** Update the texture to the values of the inputs. */
  update(values) {
    const ready = this.options.texts?.[this.item.name];
    const style = ready ? null : textStyleOf(this.program, this.item, values, this.options);
    const key = JSON.stringify(style);
    if (key === this.key) return;
    this.key = key;
    const { width, height, data } = ready ?? typeset(style);
    this.texture?.release();
    this.texture = new Texture(this.context, "2D", width, height);
    this.texture.write(this.context.gl.RGBA8, data);
  }

  release() {
    this.texture?.release();
  }
}

/** Return a text and its style, sizes in pixels; mirrors server/render/textures/text.py. */
function textStyleOf(program, item, values, { width, height, title, artist }) {
  const { text, words, choices, expressions, ranges } = item.lettering;
  const numbers = sizeNames(width, height);
  const labels = {};
  for (const input of program.inputs) {
    const value = values[input.name] ?? input.default;
    if (typeof value === "number" || typeof value === "boolean") {
      numbers[input.name] = Number(value);
    }
    const index = input.values.indexOf(value);
    if (index >= 0) labels[input.name] = input.labels[index];
  }
  const style = { ...words };
  for (const [key, name] of Object.entries(choices)) style[key] = labels[name] ?? style[key];
  for (const [key, size] of Object.entries(expressions)) style[key] = evaluate(size, numbers);
  for (const [key, [min, max]] of Object.entries(ranges)) {
    style[key] = Math.min(Math.max(Number(style[key]), min), max);
  }
  const template = values[item.name] ?? text;
  const credited = template.replaceAll("$title", title ?? "").replaceAll("$artist", artist ?? "");
  return {
    text: credited.trim().normalize("NFC"),
    frame: [width, height],
    font: style.FONT,
    bold: style.BOLD >= 0.5,
    size: style.SIZE * Math.min(width, height),
    width: style.WIDTH * width,
    height: style.HEIGHT * height,
    align: /left/i.test(style.ALIGN) ? 0 : /right/i.test(style.ALIGN) ? 1 : 0.5,
    spacing: style.SPACING,
    leading: style.LEADING,
    outline: style.OUTLINE,
    shadow: style.SHADOW,
    lines: Math.round(style.LINES),
    shrink: style.SHRINK,
    cells: style.CELLS >= 0.5,
  };
}
