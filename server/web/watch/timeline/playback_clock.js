// The time of the frame that is shown: a clock in step with the audio, which loops.

const MAX_DRIFT_S = 0.08;

export class PlaybackClock {
  /**
   * @param {HTMLAudioElement} audio - may be muted, or not allowed to play
   * @param {number} fps
   * @param {number} seconds - length of the audio
   */
  constructor(audio, fps, seconds) {
    Object.assign(this, { audio, fps, playing: false, startedMs: 0, from: 0, region: null });
    this.frames = Math.max(1, Math.floor(seconds * fps));
  }

  /** Seconds, from 0 to the end of the audio. */
  get time() {
    if (!this.playing) return this.from;
    const time = this.from + (performance.now() - this.startedMs) / 1000;
    const [first, end] = this.loopedSeconds;
    return time < end ? time : first + ((time - first) % (end - first));
  }

  get frame() {
    return Math.min(Math.floor(this.time * this.fps + 1e-6), this.frames - 1);
  }

  /** The frames that are looped: the region where there is one that is not yet passed. */
  get loopedFrames() {
    const { region, from, fps, frames } = this;
    return region && from * fps < region[1] ? region : [0, frames];
  }

  get loopedSeconds() {
    return this.loopedFrames.map((frame) => frame / this.fps);
  }

  /** Loop the frames from one to before another; null loops all. */
  loop(region) {
    if (this.playing) this.rebase();
    this.region = region;
    if (region && (this.frame < region[0] || this.frame >= region[1])) this.seek(region[0]);
  }

  /** Continue from the current time. */
  rebase() {
    this.from = this.time;
    this.startedMs = performance.now();
  }

  /** Go to a frame. */
  seek(frame) {
    this.from = ((frame + this.frames) % this.frames) / this.fps;
    this.startedMs = performance.now();
    this.audio.currentTime = this.from;
  }

  play() {
    this.startedMs = performance.now();
    this.playing = true;
    this.audio.currentTime = this.from;
    this.startAudio();
  }

  /** Play the audio where the browser allows it: not before the first click or key. */
  startAudio() {
    this.audio.play().catch(() => {});
  }

  pause() {
    this.from = this.frame / this.fps;
    this.playing = false;
    this.audio.pause();
  }

  /** Keep the frames in step with the audio: a jump of the audio would be noticed more. */
  synchronize() {
    const { audio } = this;
    if (!this.playing || audio.paused || audio.seeking || audio.muted) return;
    const [first, end] = this.loopedSeconds;
    if (this.region && audio.currentTime >= end) {
      this.seek(this.loopedFrames[0]);
      return;
    }
    if (this.region && first > 0 && this.time + MAX_DRIFT_S < audio.currentTime - MAX_DRIFT_S) {
      audio.currentTime = this.time; // the frames have restarted the region
      return;
    }
    const drift = Math.abs(audio.currentTime - this.time);
    if (drift > MAX_DRIFT_S && drift < this.frames / this.fps / 2) {
      this.from = audio.currentTime;
      this.startedMs = performance.now();
    }
  }

  mute(muted) {
    this.audio.muted = muted;
    if (!muted && this.playing) {
      this.audio.currentTime = this.time;
      this.startAudio();
    }
  }
}
