// What a frame costs: of this browser by its own clock, of the server as it says.

const WINDOW_MS = 1000;
const SAMPLE_MS = 500;

export class Meter {
  constructor() {
    Object.assign(this, { times: [], ms: null, sampled: -Infinity, server: null });
  }

  /** Draw a frame; now and then wait for the device, to know what it took. */
  measure(gl, draw) {
    const now = performance.now();
    this.times = [...this.times.filter((time) => now - time < WINDOW_MS), now];
    if (now - this.sampled < SAMPLE_MS) return draw();
    wait(gl); // what was asked for before is not of this frame
    const begin = performance.now();
    draw();
    wait(gl);
    this.sampled = performance.now();
    this.ms = this.sampled - begin;
  }

  /** In words: frames/s while it plays, ms a frame, and what the server needs for the film. */
  words(playing, frames, fps) {
    const here = [];
    const fresh = this.times.filter((time) => performance.now() - time < WINDOW_MS).length;
    if (playing && fresh > 1) here.push(`${fresh} frames/s`);
    if (this.ms !== null) here.push(`${short(this.ms)} ms a frame`);
    const parts = here.length ? [`Browser ${here.join(", ")}`] : [];
    if (this.server) {
      const { ms, software } = this.server;
      const where = software ? " (software)" : "";
      // The server draws a pass again only where what it is given has changed.
      const still = "nothing changes from frame to frame";
      const film = ms ? `${frames} frames at ${fps}/s take about ${span((frames * ms) / 1000)} to draw` : still;
      parts.push(`Server ${short(ms)} ms a frame${where}: ${film}`);
    }
    return parts.join(" · ");
  }
}

function wait(gl) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
}

const short = (ms) => (ms < 10 ? ms.toFixed(1) : String(Math.round(ms)));

function span(seconds) {
  if (seconds < 10) return `${Math.max(seconds, 0.1).toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
