// The mouse, for effects that ask for one. Only this browser has it: in a film it stays at 0.

const NAMES = /^(?:u_?|i)?(?:mouse|pointer|cursor)(?:_?(?:pos(?:ition)?|xy|coords?))?$/i;
const SHARES = ["mouse", "pointer", "cursor"]; // GLSL Sandbox: 0 to 1 of the picture

export class Mouse {
  constructor() {
    this.reset();
  }

  reset() {
    Object.assign(this, { at: [0, 0], pressed: [0, 0], down: false, clicked: false, used: false });
  }

  /** Move it to a pixel from the lower left. */
  move(x, y) {
    this.at = [x + 0.5, y + 0.5];
    this.used = true;
  }

  press(x, y) {
    this.move(x, y);
    Object.assign(this, { pressed: this.at, down: true, clicked: true });
  }

  release() {
    this.down = false;
  }

  /** The uniforms of a player that mean a mouse, by name, with their number of components. */
  static wanted(player) {
    const { gl } = player.context;
    const sizes = new Map([[gl.uniform2fv, 2], [gl.uniform3fv, 3], [gl.uniform4fv, 4]]);
    const given = new Set(player.program.inputs.map((item) => item.uniform));
    const found = player.steps.flatMap(({ compiled }) => [...compiled.uniforms]);
    return new Map(
      found
        .filter(([name, { set }]) => NAMES.test(name) && !given.has(name) && sizes.has(set))
        .map(([name, { set }]) => [name, sizes.get(set)]),
    );
  }

  /** What those uniforms are now: Shadertoy's iMouse, else a position in pixels or shares. */
  uniforms(wanted, [width, height]) {
    const values = [...wanted].map(([name, size]) => {
      const [x, y] = SHARES.includes(name) ? [this.at[0] / width, this.at[1] / height] : this.at;
      const shown = name === "iMouse" && !this.down ? this.dragged ?? [0, 0] : [x, y];
      if (name === "iMouse" && this.down) this.dragged = [x, y];
      const click = [this.pressed[0] * (this.down ? 1 : -1), this.pressed[1] * (this.clicked ? 1 : -1)];
      return [name, [...shown, ...(size === 4 ? click : [Number(this.down)])].slice(0, size)];
    });
    this.clicked = false;
    return Object.fromEntries(values);
  }
}
