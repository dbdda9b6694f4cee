// What a player hears: a `sound` is any object with these methods.
//
//   step(frame, fps)           the step of a 60 Hz grid that is not after the frame
//   waveform(step, n, channel) Float32Array of the n samples before the step, -1 to 1, oldest
//                              first; channel 0 left, 1 right
//   wave(step, n)              Uint8Array of the same of both channels' mean, 128 for silence
//   spectrum(step, channel)    Uint8Array of 1024 levels; channel null for the mean
//   column(name, frame, fps)   level, sub, bass, lowmid, mid, highmid, treble or kick, 0 to 1
//   beats                      [seconds from beat to beat, seconds of the first]
//   begins(name, frame, fps)   whether a kick begins, or another of them rises past a half
//
// `Recorded` is the server's own analysis, so that a player hears what the server hears.

const STEPS_PER_S = 60;
const KICK_DECAY_S = 0.18;
const CHUNK = 120;
const MOST_CHUNKS = 48;

const ARRAYS = { "<i2": Int16Array, "|u1": Uint8Array, "<f4": Float32Array };

export class Recorded {
  /**
   * @param {object} layout - of the records: {url, start, size, count, bands: [names], beats,
   *     fields: {name: {offset, type, length}}}
   * @param {ArrayBuffer} measured - the fields `bands` and `onset` of every record in turn
   */
  constructor(layout, measured) {
    Object.assign(this, layout);
    const values = new Float32Array(measured);
    const width = layout.fields.bands.length + layout.fields.onset.length;
    this.measured = Array.from({ length: layout.count }, (_, at) =>
      values.subarray(at * width, (at + 1) * width),
    );
    this.kicks = this.measured.flatMap((row, at) =>
      row.at(-2) > 0 ? [[at / STEPS_PER_S + row.at(-1), row.at(-2)]] : [],
    );
    this.chunks = new Map();
    this.loading = new Map();
  }

  /** Fetch what frames around `frame` need; resolves when it is there. */
  load(frame, fps) {
    const chunk = Math.floor(this.step(frame, fps) / CHUNK);
    const wanted = [chunk - 1, chunk, chunk + 1].filter((at) => at >= 0 && at * CHUNK < this.count);
    return Promise.all(wanted.map((at) => this.fetch(at)));
  }

  /** Whether `load` has done so. */
  has(frame, fps) {
    const chunk = Math.floor(this.step(frame, fps) / CHUNK);
    return this.chunks.has(chunk) && (chunk === 0 || this.chunks.has(chunk - 1));
  }

  async fetch(chunk) {
    if (this.chunks.has(chunk)) return;
    if (!this.loading.has(chunk)) this.loading.set(chunk, this.request(chunk));
    await this.loading.get(chunk);
  }

  async request(chunk) {
    try {
      const first = this.start + chunk * CHUNK * this.size;
      const end = this.start + Math.min((chunk + 1) * CHUNK, this.count) * this.size;
      const answer = await fetch(this.url, { headers: { Range: `bytes=${first}-${end - 1}` } });
      if (answer.status !== 206) throw new Error(`the sound cannot be read: ${answer.status}`);
      this.chunks.set(chunk, await answer.arrayBuffer());
      if (this.chunks.size > MOST_CHUNKS) this.chunks.delete(this.chunks.keys().next().value);
    } finally {
      this.loading.delete(chunk);
    }
  }

  step(frame, fps) {
    return Math.min(Math.floor((frame * STEPS_PER_S) / fps), this.count - 1);
  }

  waveform(step, n, channel) {
    const found = new Float32Array(n);
    this.last("samples", step, n * 2, (value, at) => {
      if (at % 2 === channel) found[at >> 1] = value / 32768;
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
    if (channel === null) return this.field(step, "spectrum");
    const both = this.field(step, "fft");
    return both.subarray((channel * both.length) / 2, ((channel + 1) * both.length) / 2);
  }

  column(name, frame, fps) {
    if (name === "kick") return this.kick(frame, fps);
    const at = frame * (STEPS_PER_S / fps);
    const before = Math.floor(at);
    const index = this.bands.indexOf(name);
    const low = this.measured[before]?.[index] ?? 0;
    if (before + 1 >= this.count) return at > this.count - 1 ? 0 : low;
    return low + (at - before) * (this.measured[before + 1][index] - low);
  }

  begins(name, frame, fps) {
    if (name === "kick") return this.kicks.some(([time]) => Math.floor(time * fps) === frame);
    const before = frame > 0 ? this.column(name, frame - 1, fps) : 0;
    return this.column(name, frame, fps) >= 0.5 && before < 0.5;
  }

  /** strength x (1 - age / 180 ms)^2 of the strongest kick under way. */
  kick(frame, fps) {
    const most = Math.floor(KICK_DECAY_S * fps);
    let strongest = 0;
    for (const [time, strength] of this.kicks) {
      const age = frame - Math.floor(time * fps);
      if (age < 0 || age > most) continue;
      const left = Math.max(0, 1 - age / fps / KICK_DECAY_S);
      strongest = Math.max(strongest, strength * left * left);
    }
    return strongest;
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
    const bytes = this.chunks.get(chunk);
    const { offset, type, length } = this.fields[name];
    if (!bytes) return new ARRAYS[type](length); // not here yet: see `has`
    const at = (step - chunk * CHUNK) * this.size + offset;
    const size = ARRAYS[type].BYTES_PER_ELEMENT * length;
    return new ARRAYS[type](bytes.slice(at, at + size));
  }
}
