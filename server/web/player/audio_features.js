// The features of the audio that a player draws with: any object with these methods.
//
//   step(frame, fps)           the last step of a 60 Hz grid that is not after the frame
//   waveform(step, n, channel) Float32Array of the n samples before the step, -1 to 1, oldest
//                              first; channel 0 left, 1 right
//   wave(step, n)              Uint8Array of the same of both channels' mean, 128 for silence
//   spectrum(step, channel)    Uint8Array of 1024 levels; channel null for the mean
//   levels(step, channel)      Uint8Array of 96 levels on the scale of the track, 40 Hz to 15 kHz;
//                              channel null for the mean
//   column(name, frame, fps)   a feature that is not of an event, such as level or bass.envelope
//   events                     {event: [[seconds, strength], …]}: kick, onset, beat …
//   widen(past, future)        called with the seconds around a frame that are read at once
//
// `AudioFeatures` reads the server's own analysis, so that a player shows what the server draws;
// `CutFeatures` of cut_features.js reads that of a kept track.

/** The steps of a second at which features are measured. */
export const STEPS_PER_S = 60;
/** The steps that are read at once. */
export const CHUNK_STEPS = 120;
const MAX_CHUNKS = 96;
const WHOLE_TRACK_FEATURES = ["tempo", "tempo.confidence"];

/** Typed arrays by the names that numpy has for their values. */
export const ARRAYS = { "<i2": Int16Array, "|u1": Uint8Array, "<f4": Float32Array };

export class AudioFeatures {
  /**
   * @param {object} layout - of the records: {url, start, size, count, fields: {name: {offset,
   *     type, length}}}, and {levels: {url, start, bands}, columns: [names],
   *     events: {name: [[seconds, strength]]}, tempo: [bpm, confidence],
   *     oneSided: whether channels are replaced by their mean}
   * @param {ArrayBuffer} columns - each of the layout's columns at every step, one after the other
   */
  constructor(layout, columns) {
    const { levels, columns: columnNames, ...records } = layout;
    Object.assign(this, records);
    this.levelsLayout = levels;
    this.columnNames = columnNames;
    this.columnValues = new Float32Array(columns);
    this.reachS = [1, 0];
    this.chunks = new Map();
    this.requests = new Map();
  }

  /** Make frames need the audio of so many seconds before and after them, too. */
  widen(past, future) {
    this.reachS = [Math.max(this.reachS[0], past), Math.max(this.reachS[1], future)];
  }

  /** Fetch the chunks that frames around `frame` need, and the next one. */
  load(frame, fps) {
    const chunks = this.neededChunks(frame, fps);
    const next = chunks.at(-1) + 1;
    if (next * CHUNK_STEPS < this.count) chunks.push(next);
    return Promise.all(chunks.map((chunk) => this.fetchChunk(chunk)));
  }

  /** Return whether the chunks that the frame needs are loaded. */
  has(frame, fps) {
    return this.neededChunks(frame, fps).every((chunk) => this.chunks.has(chunk));
  }

  neededChunks(frame, fps) {
    const step = this.step(frame, fps);
    const chunkOf = (at) => Math.floor(Math.min(Math.max(at, 0), this.count - 1) / CHUNK_STEPS);
    const first = chunkOf(step - this.reachS[0] * STEPS_PER_S);
    const last = chunkOf(step + this.reachS[1] * STEPS_PER_S);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }

  async fetchChunk(chunk) {
    if (this.chunks.has(chunk)) return;
    if (!this.requests.has(chunk)) this.requests.set(chunk, this.requestChunk(chunk));
    await this.requests.get(chunk);
  }

  async requestChunk(chunk) {
    try {
      this.chunks.set(chunk, await this.fetchSteps(chunk));
      if (this.chunks.size > MAX_CHUNKS) this.chunks.delete(this.chunks.keys().next().value);
    } finally {
      this.requests.delete(chunk);
    }
  }

  /** Return the values of the steps of a chunk. */
  async fetchSteps(chunk) {
    const { url, start, bands } = this.levelsLayout;
    const [records, levels] = await Promise.all([
      this.fetchRange(this.url, this.start, this.size, chunk),
      this.fetchRange(url, start, 3 * bands, chunk),
    ]);
    return { records, levels };
  }

  /** Fetch a chunk of a file that holds `size` bytes for each step. */
  async fetchRange(url, start, size, chunk) {
    const first = start + chunk * CHUNK_STEPS * size;
    const end = start + Math.min((chunk + 1) * CHUNK_STEPS, this.count) * size;
    const response = await fetch(url, { headers: { Range: `bytes=${first}-${end - 1}` } });
    if (response.status !== 206) {
      throw new Error(`the audio features cannot be read: HTTP ${response.status}`);
    }
    return response.arrayBuffer();
  }

  step(frame, fps) {
    return Math.min(Math.floor((frame * STEPS_PER_S) / fps), this.count - 1);
  }

  waveform(step, n, channel) {
    if (this.oneSided) return this.meanWaveform(step, n);
    const samples = new Float32Array(n);
    this.forEachLast("samples", step, n * 2, (value, index) => {
      if (index % 2 === channel) samples[index >> 1] = value / 32768;
    });
    return samples;
  }

  meanWaveform(step, n) {
    const samples = new Float32Array(n);
    this.forEachLast("samples", step, n * 2, (value, index) => {
      samples[index >> 1] += value / 65536;
    });
    return samples;
  }

  wave(step, n) {
    const samples = new Uint8Array(n).fill(128);
    this.forEachLast("mono", step, n, (value, index) => {
      samples[index] = value;
    });
    return samples;
  }

  spectrum(step, channel) {
    if (channel === null || this.oneSided) return this.field(step, "spectrum");
    const both = this.field(step, "fft");
    return both.subarray((channel * both.length) / 2, ((channel + 1) * both.length) / 2);
  }

  levels(step, channel) {
    const { bands } = this.levelsLayout;
    const chunk = this.chunks.get(Math.floor(step / CHUNK_STEPS));
    if (!chunk) return new Uint8Array(bands); // not loaded yet: see `has`
    const channelIndex = channel === null || this.oneSided ? 0 : 1 + channel;
    const index = (step % CHUNK_STEPS) * 3 + channelIndex;
    return new Uint8Array(chunk.levels, index * bands, bands);
  }

  column(name, frame, fps) {
    const wholeTrack = WHOLE_TRACK_FEATURES.indexOf(name);
    if (wholeTrack >= 0) return this.tempo[wholeTrack];
    const values = this.stepValues(name);
    if (!values) return 0;
    const at = frame * (STEPS_PER_S / fps);
    const step = Math.floor(at);
    const value = values[step] ?? 0;
    if (step + 1 >= this.count) {
      const beyond = name.endsWith(".sum") ? values[this.count - 1] : 0;
      return at > this.count - 1 ? beyond : value;
    }
    return value + (at - step) * (values[step + 1] - value);
  }

  /** Return a feature at every step; undefined where there is none of that name. */
  stepValues(name) {
    const index = this.columnNames.indexOf(name);
    if (index < 0) return undefined;
    return this.columnValues.subarray(index * this.count, (index + 1) * this.count);
  }

  /** Call `visit` with each of the last `n` values of a field up to a step, and its index. */
  forEachLast(name, step, n, visit) {
    const { length } = this.fields[name];
    for (let record = step, end = n; record >= 0 && end > 0; record--, end -= length) {
      const values = this.field(record, name);
      const first = Math.max(0, end - length);
      for (let index = first; index < end; index++) visit(values[index - end + length], index);
    }
  }

  field(step, name) {
    const chunk = Math.floor(step / CHUNK_STEPS);
    const bytes = this.chunks.get(chunk)?.records;
    const { offset, type, length } = this.fields[name];
    if (!bytes) return new ARRAYS[type](length); // not loaded yet: see `has`
    const start = (step - chunk * CHUNK_STEPS) * this.size + offset;
    const size = ARRAYS[type].BYTES_PER_ELEMENT * length;
    return new ARRAYS[type](bytes.slice(start, start + size));
  }
}
