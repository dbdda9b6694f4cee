// The time of the picture: a clock that the sound follows, over and over.

const DRIFT_S = 0.08;

export class Clock {
  /** @param {HTMLAudioElement} audio - of `seconds`; it may be silent or refuse to play */
  constructor(audio, fps, seconds) {
    Object.assign(this, { audio, fps, playing: false, start: 0, from: 0 });
    this.frames = Math.max(1, Math.floor(seconds * fps));
  }

  /** Seconds; between 0 and the end. */
  get time() {
    if (!this.playing) return this.from;
    const length = this.frames / this.fps;
    return (this.from + (performance.now() - this.start) / 1000) % length;
  }

  get frame() {
    return Math.min(Math.floor(this.time * this.fps + 1e-6), this.frames - 1);
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

/** Draw how loud the sound is, and its kicks, as wide as `canvas` is shown. */
export function overview(canvas, sound, seconds) {
  const ratio = window.devicePixelRatio || 1;
  const width = (canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio)));
  const height = (canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio)));
  const paint = canvas.getContext("2d");
  const level = sound.stepped("level");
  const kicks = sound.hits.kick.filter(([, strength]) => strength > 0.3);
  const perColumn = (seconds * 60) / width;
  paint.fillStyle = "#1b1f28";
  paint.fillRect(0, 0, width, height);
  const most = (from, to) => level.subarray(from, to + 1).reduce((a, b) => Math.max(a, b), 0);
  const struck = new Set(kicks.map(([time]) => Math.floor((time * 60) / perColumn)));
  for (let x = 0; x < width; x++) {
    const [from, to] = [Math.floor(x * perColumn), Math.floor((x + 1) * perColumn)];
    const loud = most(from, to) * (height - 6);
    paint.fillStyle = struck.has(x) ? "#ff8a5c" : "#5a6275";
    paint.fillRect(x, (height - loud) / 2, 1, Math.max(loud, 1));
  }
}
