// The targets of an effect: the surfaces that passes draw on and any pass may sample by name.
//
// Before its first writer of a frame a temporary target is transparent black to all who sample it;
// a persistent one holds what the frame before left. As server/render/effect/targets.py has it.

import { Copy } from "./gl/draw_call.js";
import { Surface } from "./gl/render_target.js";
import { pictureNames } from "./sizes/safe_area.js";
import { evaluate, pixels } from "./sizes/size_expression.js";

const MOST_BYTES = 512 * 2 ** 20;
const CUBE_EDGE = 1024;

export class Targets {
  /**
   * @param {Context} context
   * @param {object} program - of GET /effects/{id}
   * @param {number[]} size - width and height of the picture
   * @param {{writes: ?string, samples: Set<string>}[]} uses - what each pass does with targets
   * @param {object} numbers - the numeric inputs in frame 0
   */
  constructor(context, program, size, uses, numbers) {
    Object.assign(this, { context, program, size, uses, copy: null });
    this.last = program.passes.at(-1).target;
    const exact = this.exact(numbers);
    this.check(exact);
    this.areas = new Map(program.targets.map((one) => [one.name, this.area(one, exact[one.name])]));
  }

  /** What pass `index` sees under each target's name. */
  seenBy(index) {
    const written = new Set(this.uses.slice(0, index).map((use) => use.writes));
    const seen = [...this.areas].map(([name, { surface, blank }]) => [
      name,
      blank && !written.has(name) ? blank : surface,
    ]);
    return Object.fromEntries(seen);
  }

  /** Give the targets the sizes of a frame; what a persistent one holds is scaled. */
  resize(numbers) {
    const exact = this.exact(numbers);
    this.check(exact);
    for (const [name, area] of this.areas) {
      area.exact = exact[name];
      const [width, height] = this.whole(area.exact);
      if (area.target.persistent && !this.copy) this.copy = new Copy(this.context);
      area.surface.resize(width, height, area.target.persistent ? this.copy : null);
      area.blank?.resize(width, height);
    }
  }

  /** Make the persistent ones transparent black. */
  clear() {
    for (const { target, surface } of this.areas.values()) if (target.persistent) surface.clear();
  }

  area(target, exact) {
    let [written, early, itself] = [false, false, false];
    for (const use of this.uses) {
      const samples = use.samples.has(target.name);
      const writes = use.writes === target.name;
      early ||= samples && !written;
      itself ||= samples && writes && (written || target.persistent);
      written ||= writes;
    }
    const [width, height] = this.whole(exact);
    const kind = { floating: target.floating, cube: target.cube };
    const surface = new Surface(this.context, width, height, { ...kind, double: itself });
    const blank = early && !target.persistent ? new Surface(this.context, width, height, kind) : null;
    return { target, surface, blank, exact };
  }

  exact(numbers) {
    const [width, height] = this.size;
    const names = { ...numbers, ...pictureNames(width, height) };
    const sizes = this.program.targets.map((target) => {
      if (target.cube) {
        const edge = target.width ? evaluate(target.width, names) : CUBE_EDGE;
        return [target.name, [edge, edge]];
      }
      const own = target.name !== this.last; // the output has the size of the picture
      const wide = own && target.width ? evaluate(target.width, names) : width;
      const high = own && target.height ? evaluate(target.height, names) : height;
      return [target.name, [wide, high]];
    });
    return Object.fromEntries(sizes);
  }

  whole(exact) {
    return exact.map((side) => pixels(side, this.context.maxSize));
  }

  check(exact) {
    let total = 0;
    for (const { name, floating, cube } of this.program.targets) {
      const [width, height] = this.whole(exact[name]);
      total += width * height * (floating ? 16 : 4) * 2 * (cube ? 6 : 1);
    }
    if (total > MOST_BYTES) throw new Error(`its targets would take ${total >> 20} MiB`);
  }

  release() {
    for (const { surface, blank } of this.areas.values()) {
      surface.release();
      blank?.release();
    }
  }
}
