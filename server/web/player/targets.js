// The targets of an effect: the textures that its passes draw into and that any pass may sample by
// name; mirrors server/render/effect/targets.py. Until a temporary target is drawn in a frame, the
// passes that sample it see transparent black; a persistent one holds the previous frame.

import { TextureCopy } from "./gl/draw_call.js";
import { RenderTarget } from "./gl/render_target.js";
import { sizeNames } from "./sizes/safe_area.js";
import { evaluate, pixels } from "./sizes/size_expression.js";

const MAX_BYTES = 512 * 2 ** 20;
const CUBE_EDGE = 1024;

/** The allocated targets of an effect, by name. */
export class Targets {
  /**
   * @param {Context} context
   * @param {object} program - of GET /effects/{id}
   * @param {number[]} size - width and height of the frame
   * @param {{writes: ?string, samples: Set<string>}[]} usages - of targets, by each pass
   * @param {object} numbers - the numeric inputs in frame 0
   * @throws {Error} when the targets take too much memory
   */
  constructor(context, program, size, usages, numbers) {
    Object.assign(this, { context, program, size, usages, copy: null });
    this.outputName = program.passes.at(-1).target;
    const exactSizes = this.exactSizes(numbers);
    this.checkMemory(exactSizes);
    this.allocated = new Map(
      program.targets.map((target) => [
        target.name,
        this.allocate(target, exactSizes[target.name]),
      ]),
    );
  }

  /** Return the render target that pass `index` samples under each target's name. */
  sourcesForPass(index) {
    const written = new Set(this.usages.slice(0, index).map((usage) => usage.writes));
    const sources = [...this.allocated].map(([name, { renderTarget, blank }]) => [
      name,
      blank && !written.has(name) ? blank : renderTarget,
    ]);
    return Object.fromEntries(sources);
  }

  /** Give the targets their sizes in a frame; the content of a persistent one is scaled. */
  resize(numbers) {
    const exactSizes = this.exactSizes(numbers);
    this.checkMemory(exactSizes);
    for (const [name, allocated] of this.allocated) {
      allocated.exactSize = exactSizes[name];
      const [width, height] = this.roundedSize(allocated.exactSize);
      const { persistent } = allocated.target;
      if (persistent && !this.copy) this.copy = new TextureCopy(this.context);
      allocated.renderTarget.resize(width, height, persistent ? this.copy : null);
      allocated.blank?.resize(width, height);
    }
  }

  /** Make the persistent targets transparent black. */
  clear() {
    for (const { target, renderTarget } of this.allocated.values()) {
      if (target.persistent) renderTarget.clear();
    }
  }

  allocate(target, exactSize) {
    let [isWritten, isReadEarly, samplesItself] = [false, false, false];
    for (const usage of this.usages) {
      const samples = usage.samples.has(target.name);
      const writes = usage.writes === target.name;
      isReadEarly ||= samples && !isWritten;
      samplesItself ||= samples && writes && (isWritten || target.persistent);
      isWritten ||= writes;
    }
    const size = this.roundedSize(exactSize);
    const options = { floating: target.floating, cube: target.cube };
    const renderTarget = new RenderTarget(this.context, ...size, {
      ...options,
      doubleBuffered: samplesItself,
    });
    const needsBlank = isReadEarly && !target.persistent;
    const blank = needsBlank ? new RenderTarget(this.context, ...size, options) : null;
    return { target, renderTarget, blank, exactSize };
  }

  exactSizes(numbers) {
    const [width, height] = this.size;
    const names = { ...numbers, ...sizeNames(width, height) };
    const sizes = this.program.targets.map((target) => {
      if (target.cube) {
        const edge = target.width ? evaluate(target.width, names) : CUBE_EDGE;
        return [target.name, [edge, edge]];
      }
      const hasOwnSize = target.name !== this.outputName; // the output has the frame's size
      const ownWidth = hasOwnSize && target.width ? evaluate(target.width, names) : width;
      const ownHeight = hasOwnSize && target.height ? evaluate(target.height, names) : height;
      return [target.name, [ownWidth, ownHeight]];
    });
    return Object.fromEntries(sizes);
  }

  roundedSize(exactSize) {
    return exactSize.map((side) => pixels(side, this.context.maxTextureSize));
  }

  checkMemory(exactSizes) {
    let total = 0;
    for (const { name, floating, cube } of this.program.targets) {
      const [width, height] = this.roundedSize(exactSizes[name]);
      total += width * height * (floating ? 16 : 4) * 2 * (cube ? 6 : 1);
    }
    if (total > MAX_BYTES) {
      const [needed, limit] = [total, MAX_BYTES].map((bytes) => Math.round(bytes / 2 ** 20));
      throw new Error(`the targets need ${needed} MiB: at most ${limit} MiB are allowed`);
    }
  }

  release() {
    for (const { renderTarget, blank } of this.allocated.values()) {
      renderTarget.release();
      blank?.release();
    }
  }
}
