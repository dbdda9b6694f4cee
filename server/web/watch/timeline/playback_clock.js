// The time of the picture: a clock that the sound follows, over and over.

const DRIFT_S = 0.08;

export class Clock {
  /** @param {HTMLAudioElement} audio - of `seconds`; it may be silent or refuse to play */
  constructor(audio, fps, seconds) {
    Object.assign(this, { audio, fps, playing: false, start: 0, from: 0, region: null });
    this.frames = Math.max(1, Math.floor(seconds * fps));
  }

  /** Seconds; between 0 and the end. */
  get time() {
    if (!this.playing) return this.from;
    const passed = this.from + (performance.now() - this.start) / 1000;
    const [first, end] = this.looped.map((frame) => frame / this.fps);
    return passed < end ? passed : first + ((passed - first) % (end - first));
  }

  get frame() {
    return Math.min(Math.floor(this.time * this.fps + 1e-6), this.frames - 1);
  }

  /** What is played over and over, in frames: the region where one is set and not yet passed. */
  get looped() {
    const { region, from, fps, frames } = this;
    return region && from * fps < region[1] ? region : [0, frames];
  }

  /** Play from one frame to before another over and over; null plays all. */
  loop(region) {
    if (this.playing) this.hold();
    this.region = region;
    if (region && (this.frame < region[0] || this.frame >= region[1])) this.seek(region[0]);
  }

  /** Take the time that it is now as where it goes on from. */
  hold() {
    this.from = this.time;
    this.start = performance.now();
  }

  /** Go to a frame. */
  seek(frame) {
    this.from = ((frame + this.frames) % this.frames) / this.fps;
    this.start = performance.now();
    this.audio.currentTime = this.from;
  }

  play() {
    this.start = performance.now();
    this.playing = true;
    this.audio.currentTime = this.from;
    this.audio.play().catch(() => {}); // not before the person did something; the picture goes on
  }

  pause() {
    this.from = this.frame / this.fps;
    this.playing = false;
    this.audio.pause();
  }

  /** The sound is the one that people notice: where both are apart, the picture follows. */
  keep() {
    const { audio } = this;
    if (!this.playing || audio.paused || audio.seeking || audio.muted) return;
    const [first, end] = this.looped.map((frame) => frame / this.fps);
    if (this.region && audio.currentTime >= end) {
      this.seek(this.looped[0]);
      return;
    }
    if (this.region && first > 0 && this.time + DRIFT_S < audio.currentTime - DRIFT_S) {
      audio.currentTime = this.time; // the picture has gone back to the start of the region
      return;
    }
    const apart = audio.currentTime - this.time;
    if (Math.abs(apart) > DRIFT_S && Math.abs(apart) < this.frames / this.fps / 2) {
      this.from = audio.currentTime;
      this.start = performance.now();
    }
  }

  mute(muted) {
    this.audio.muted = muted;
    if (!muted && this.playing) {
      this.audio.currentTime = this.time;
      this.audio.play().catch(() => {});
    }
  }
}
