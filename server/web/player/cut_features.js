// The features of a cut of a kept track, for a player that draws with the server's analysis of it.
//
//   const cut = await (await fetch(`${server}/tracks/${trackId}/cut?duration=30`)).json();
//   const features = await CutFeatures.open(cut, { server });
//   await features.load(frame, fps);

import { ARRAYS, AudioFeatures, CHUNK_STEPS } from "./audio_features.js";

export class CutFeatures extends AudioFeatures {
  /**
   * @param {object} cut - the response of GET /tracks/{trackId}/cut
   * @param {ArrayBuffer} columns - what its `measured.url` returns
   * @param {object} [options]
   * @param {string} [options.server] - the origin of its URLs, if it is not that of the page
   * @param {Object<string, string>} [options.headers] - of requests, such as Authorization
   */
  constructor(cut, columns, { server = "", headers = {} } = {}) {
    const { url, count, oneSided, fields } = cut.spectra;
    const layout = {
      url: server + url,
      count,
      oneSided,
      fields,
      levels: { bands: fields.levels.length / 3 },
      columns: cut.measured.columns,
      events: cut.hits,
      tempo: cut.tempo,
    };
    super(layout, columns);
    this.headers = headers;
  }

  /** Return the features of a cut; see the constructor. */
  static async open(cut, options = {}) {
    const url = (options.server ?? "") + cut.measured.url;
    return new CutFeatures(cut, await fetchBytes(url, options.headers), options);
  }

  async fetchSteps(chunk) {
    const names = Object.keys(this.fields);
    const url = `${this.url.replace("{n}", chunk)}?fields=${names.join(",")}`;
    const bytes = await fetchBytes(url, this.headers);
    const steps = Math.min(CHUNK_STEPS, this.count - chunk * CHUNK_STEPS);
    const planes = {};
    let start = 0;
    for (const name of names) {
      const { type, length } = this.fields[name];
      const end = start + steps * length * ARRAYS[type].BYTES_PER_ELEMENT;
      planes[name] = new ARRAYS[type](bytes.slice(start, end));
      start = end;
    }
    return planes;
  }

  levels(step, channel) {
    const { bands } = this.levelsLayout;
    const index = channel === null || this.oneSided ? 0 : 1 + channel;
    return this.field(step, "levels").subarray(index * bands, (index + 1) * bands);
  }

  field(step, name) {
    const { type, length } = this.fields[name];
    const planes = this.chunks.get(Math.floor(step / CHUNK_STEPS));
    if (!planes) return new ARRAYS[type](length); // not loaded yet: see `has`
    const first = (step % CHUNK_STEPS) * length;
    return planes[name].subarray(first, first + length);
  }
}

async function fetchBytes(url, headers = {}) {
  const response = await fetch(url, { headers });
  if (!response.ok) {
    throw new Error(`the features of the cut cannot be read: HTTP ${response.status}`);
  }
  return response.arrayBuffer();
}
