// What a player hears: a `sound` is any object with these methods.
//
//   step(frame, fps)           the step of a 60 Hz grid that is not after the frame
//   waveform(step, n, channel) Float32Array of the n samples before the step, -1 to 1, oldest
//                              first; channel 0 left, 1 right
//   wave(step, n)              Uint8Array of the same of both channels' mean, 128 for silence
//   spectrum(step, channel)    Uint8Array of 1024 levels; channel null for the mean
//   levels(step, channel)      Uint8Array of 96 levels on the scale of the track, 40 Hz to 15 kHz;
//                              channel null for the mean
//   column(name, frame, fps)   a feature that is no event's, such as level or bass.envelope
//   hits                       {event: [[seconds, strength], …]}: kick, onset, beat …
//   widen(past, future)        told how far around a frame, in seconds, it will be asked for more
//
// `Recorded` is the server's own analysis, so that a player hears what the server hears.

const STEPS_PER_S = 60;
const CHUNK = 120;
const MOST_CHUNKS = 96;

const ARRAYS = { "<i2": Int16Array, "|u1": Uint8Array, "<f4": Float32Array };

export class Recorded {
  /**
   * @param {object} layout - of the records: {url, start, size, count, fields: {name: {offset,
   *     type, length}}}, and {levels: {url, start, bands}, columns: [names], hits: {event: rows},
   *     tempo: [bpm, confidence], oneSided: whether channels are to be taken as their mean}
   * @param {ArrayBuffer} measured - each of the columns at every step, one after the other
   */
  constructor(layout, measured) {
    const { levels, ...records } = layout;
    Object.assign(this, records);
    this.levelled = levels;
    this.measured = new Float32Array(measured);
    this.reach = [1, 0];
    this.chunks = new Map();
    this.loading = new Map();
  }

  /** Frames need what sounds so many seconds before and after them, too. */
  widen(past, future) {
    this.reach = [Math.max(this.reach[0], past), Math.max(this.reach[1], future)];
  }

  /** Fetch what frames around `frame` need, and a little more; resolves when it is there. */
  load(frame, fps) {
    const chunks = this.needed(frame, fps);
    const next = chunks.at(-1) + 1;
    return Promise.all([...chunks, ...(next * CHUNK < this.count ? [next] : [])].map((at) => this.fetch(at)));
  }

  /** Whether `load` has done so. */
  has(frame, fps) {
    return this.needed(frame, fps).every((at) => this.chunks.has(at));
  }

  needed(frame, fps) {
    const step = this.step(frame, fps);
    const chunk = (at) => Math.floor(Math.min(Math.max(at, 0), this.count - 1) / CHUNK);
    const first = chunk(step - this.reach[0] * STEPS_PER_S);
    const last = chunk(step + this.reach[1] * STEPS_PER_S);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }

  async fetch(chunk) {
    if (this.chunks.has(chunk)) return;
    if (!this.loading.has(chunk)) this.loading.set(chunk, this.request(chunk));
    await this.loading.get(chunk);
  }

  async request(chunk) {
    try {
      const { url, start, bands } = this.levelled;
      const [records, levels] = await Promise.all([
        this.range(this.url, this.start, this.size, chunk),
        this.range(url, start, 3 * bands, chunk),
      ]);
      this.chunks.set(chunk, { records, levels });
      if (this.chunks.size > MOST_CHUNKS) this.chunks.delete(this.chunks.keys().next().value);
    } finally {
      this.loading.delete(chunk);
    }
  }

  /** The bytes of a chunk in a file of one row of `size` bytes for each step. */
  async range(url, start, size, chunk) {
    const first = start + chunk * CHUNK * size;
    const end = start + Math.min((chunk + 1) * CHUNK, this.count) * size;
    const answer = await fetch(url, { headers: { Range: `bytes=${first}-${end - 1}` } });
    if (answer.status !== 206) throw new Error(`the sound cannot be read: ${answer.status}`);
    return answer.arrayBuffer();
  }

  step(frame, fps) {
    return Math.min(Math.floor((frame * STEPS_PER_S) / fps), this.count - 1);
  }

  waveform(step, n, channel) {
    if (this.oneSided) return this.mean(step, n);
    const found = new Float32Array(n);
    this.last("samples", step, n * 2, (value, at) => {
      if (at % 2 === channel) found[at >> 1] = value / 32768;
    });
    return found;
  }

  mean(step, n) {
    const found = new Float32Array(n);
    this.last("samples", step, n * 2, (value, at) => {
      found[at >> 1] += value / 65536;
    });
    return found;
  }

  wave(step, n) {
    const found = new Uint8Array(n).fill(128);
    this.last("mono", step, n, (value, at) => {
      found[at] = value;
    });
    return found;
  }

  spectrum(step, channel) {
    if (channel === null || this.oneSided) return this.field(step, "spectrum");
    const both = this.field(step, "fft");
    return both.subarray((channel * both.length) / 2, ((channel + 1) * both.length) / 2);
  }

  levels(step, channel) {
    const { bands } = this.levelled;
    const chunk = this.chunks.get(Math.floor(step / CHUNK));
    if (!chunk) return new Uint8Array(bands); // not here yet: see `has`
    const row = (step % CHUNK) * 3 + (channel === null || this.oneSided ? 0 : 1 + channel);
    return new Uint8Array(chunk.levels, row * bands, bands);
  }

  column(name, frame, fps) {
    const whole = ["tempo", "tempo.confidence"].indexOf(name);
    if (whole >= 0) return this.tempo[whole];
    const values = this.stepped(name);
    if (!values) return 0;
    const at = frame * (STEPS_PER_S / fps);
    const before = Math.floor(at);
    const low = values[before] ?? 0;
    if (before + 1 >= this.count) {
      const past = name.endsWith(".sum") ? values[this.count - 1] : 0;
      return at > this.count - 1 ? past : low;
    }
    return low + (at - before) * (values[before + 1] - low);
  }

  /** A feature at every step; undefined where there is none of that name. */
  stepped(name) {
    const index = this.columns.indexOf(name);
    return index < 0 ? undefined : this.measured.subarray(index * this.count, (index + 1) * this.count);
  }

  /** Calls `take` with the last `n` values of a field up to a step, and their place among them. */
  last(name, step, n, take) {
    const { length } = this.fields[name];
    for (let record = step, end = n; record >= 0 && end > 0; record--, end -= length) {
      const values = this.field(record, name);
      const first = Math.max(0, end - length);
      for (let at = first; at < end; at++) take(values[at - end + length], at);
    }
  }

  field(step, name) {
    const chunk = Math.floor(step / CHUNK);
    const bytes = this.chunks.get(chunk)?.records;
    const { offset, type, length } = this.fields[name];
    if (!bytes) return new ARRAYS[type](length); // not here yet: see `has`
    const at = (step - chunk * CHUNK) * this.size + offset;
    const size = ARRAYS[type].BYTES_PER_ELEMENT * length;
    return new ARRAYS[type](bytes.slice(at, at + size));
  }
}
