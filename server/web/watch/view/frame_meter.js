// The cost of a frame: in this browser by its clock, on the server as it reports.

const WINDOW_MS = 1000;
const SAMPLE_MS = 500;

export class FrameMeter {
  constructor() {
    Object.assign(this, { drawTimes: [], browserMs: null, sampledMs: -Infinity, serverCost: null });
  }

  /** Draw a frame; now and then wait for the graphics device, to time it. */
  measure(gl, draw) {
    const now = performance.now();
    this.drawTimes = [...this.drawTimes.filter((time) => now - time < WINDOW_MS), now];
    if (now - this.sampledMs < SAMPLE_MS) return draw();
    waitForDevice(gl); // for earlier commands, which are not of this frame
    const begin = performance.now();
    draw();
    waitForDevice(gl);
    this.sampledMs = performance.now();
    this.browserMs = this.sampledMs - begin;
  }

  /** Describe the cost: frames a second during playback, ms a frame, and the server's time. */
  describe(playing, frames, fps) {
    const parts = [this.describeBrowser(playing), this.describeServer(frames, fps)];
    return parts.filter(Boolean).join(" · ");
  }

  describeBrowser(playing) {
    const parts = [];
    const now = performance.now();
    const drawn = this.drawTimes.filter((time) => now - time < WINDOW_MS).length;
    if (playing && drawn > 1) parts.push(`${drawn} frames/s`);
    if (this.browserMs !== null) parts.push(`${formatMs(this.browserMs)} ms a frame`);
    return parts.length ? `Browser ${parts.join(", ")}` : "";
  }

  describeServer(frames, fps) {
    if (!this.serverCost) return "";
    const { ms, software } = this.serverCost;
    // The server draws a pass again only where its inputs have changed.
    const total = ms
      ? `drawing ${frames} frames at ${fps}/s takes about ${formatSpan((frames * ms) / 1000)}`
      : "no pass changes from frame to frame";
    return `Server ${formatMs(ms)} ms a frame${software ? " (software)" : ""}: ${total}`;
  }
}

function waitForDevice(gl) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
}

const formatMs = (ms) => (ms < 10 ? ms.toFixed(1) : String(Math.round(ms)));

function formatSpan(seconds) {
  if (seconds < 10) return `${Math.max(seconds, 0.1).toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
