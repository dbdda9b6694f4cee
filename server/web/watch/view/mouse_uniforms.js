// The mouse, for effects that ask for it. Only this browser has one: in a video it stays at 0.

const NAMES = /^(?:u_?|i)?(?:mouse|pointer|cursor)(?:_?(?:pos(?:ition)?|xy|coords?))?$/i;
const SHARE_NAMES = ["mouse", "pointer", "cursor"]; // GLSL Sandbox: 0 to 1 of the frame

export class MouseUniforms {
  constructor() {
    this.dragPosition = [0, 0];
    this.reset();
  }

  reset() {
    Object.assign(this, { position: [0, 0], pressedAt: [0, 0] });
    Object.assign(this, { isDown: false, isClicked: false, isUsed: false });
  }

  /** Move the mouse to a pixel, from the lower left. */
  move(x, y) {
    this.position = [x + 0.5, y + 0.5];
    this.isUsed = true;
  }

  press(x, y) {
    this.move(x, y);
    Object.assign(this, { pressedAt: this.position, isDown: true, isClicked: true });
  }

  release() {
    this.isDown = false;
  }

  /** Return the uniforms of a player that mean a mouse, by name, with their components. */
  static find(player) {
    const { gl } = player.context;
    const componentCounts = new Map([
      [gl.uniform2fv, 2],
      [gl.uniform3fv, 3],
      [gl.uniform4fv, 4],
    ]);
    const inputs = new Set(player.program.inputs.map((item) => item.uniform));
    const uniforms = player.compiledPasses.flatMap(({ program }) => [...program.uniforms]);
    return new Map(
      uniforms
        .filter(
          ([name, { set }]) => NAMES.test(name) && !inputs.has(name) && componentCounts.has(set),
        )
        .map(([name, { set }]) => [name, componentCounts.get(set)]),
    );
  }

  /** Return the values of those uniforms: Shadertoy's iMouse, else pixels or shares. */
  values(componentCounts, [width, height]) {
    if (this.isDown) this.dragPosition = this.position;
    const click = [
      this.pressedAt[0] * (this.isDown ? 1 : -1),
      this.pressedAt[1] * (this.isClicked ? 1 : -1),
    ];
    this.isClicked = false;
    const values = [...componentCounts].map(([name, count]) => {
      const [x, y] = name === "iMouse" ? this.dragPosition : this.position;
      const position = SHARE_NAMES.includes(name) ? [x / width, y / height] : [x, y];
      const rest = count === 4 ? click : [Number(this.isDown)];
      return [name, [...position, ...rest].slice(0, count)];
    });
    return Object.fromEntries(values);
  }
}
