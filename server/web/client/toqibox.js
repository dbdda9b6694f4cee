// The client of TOQIBOX Render for browsers and Node; toqibox.d.ts describes its methods.

const MAX_REPEATS = 3;
const MAX_WAIT_S = 30; // a longer Retry-After is left to the caller
const MAX_FAILURES = 20;
const MAX_SILENCE_MS = 40_000; // a stream has a comment every 15 s
const [POLL_S, MAX_POLL_S, STREAM_RETRY_S] = [2, 15, 5];
const TEMPORARY = [0, 409, 429, 502, 503, 504];
const FINAL = ["completed", "failed", "cancelled"];
const NO_RESPONSE = { code: "network_error", field: null, retryable: true, status: 0 };

export class ToqiboxError extends Error {
  constructor(message, facts) {
    super(message);
    const empty = { name: "ToqiboxError", requestId: null, retryAfter: null, diagnostics: [] };
    Object.assign(this, NO_RESPONSE, empty, facts);
  }
}

export class Toqibox {
  #server;
  #headers = {};
  #fetch;
  #uploads = new Map();

  constructor(url, { key, language, fetch } = {}) {
    this.#server = String(url).replace(/\/+$/, "");
    if (key) this.#headers.Authorization = `Bearer ${key}`;
    if (language) this.#headers["Accept-Language"] = language;
    this.#fetch = fetch;
  }

  /** Keep a track on the server; see `photo`. */
  track(file, options) {
    return this.#keep({ kind: "track", field: "audio", file }, options);
  }

  /** Keep a photo on the server; it is sent again if it has expired when it is used. */
  photo(file, options) {
    return this.#keep({ kind: "photo", field: "photo", file }, options);
  }

  /** Return a part of a kept track with its features, once they are computed. */
  cut(track, { start, duration, signal } = {}) {
    const query = new URLSearchParams(formatFields({ start, duration }));
    const options = { signal, repeats: MAX_REPEATS };
    return this.#withUploads([["trackId", track]], async ({ trackId }) => {
      for (;;) {
        const path = `/tracks/${trackId}/cut?${query}`;
        const { response, content } = await this.#request("GET", path, options);
        if (response.status !== 202) return content;
        await pause(retryAfter(response) ?? 1, signal);
      }
    });
  }

  /** Draw one frame; return the picture as a Blob. */
  preview({ session, ...fields } = {}) {
    const query = new URLSearchParams(formatFields({ session }));
    return this.#submit(`/preview?${query}`, fields, { read: "blob" });
  }

  /** Submit a job; return it. A request that is repeated makes no second job. */
  export(fields) {
    const headers = { "Idempotency-Key": crypto.getRandomValues(new Uint8Array(16)).join("-") };
    return this.#submit("/export", fields, { headers, repeats: MAX_REPEATS });
  }

  /** Return a page of the jobs of the key, the newest first. */
  exports({ signal, ...page } = {}) {
    return this.#json("GET", `/exports?${new URLSearchParams(formatFields(page))}`, { signal });
  }

  job(job, options) {
    return this.#json("GET", pathOf(job), options);
  }

  cancel(job, options) {
    return this.#json("DELETE", pathOf(job), options);
  }

  /** Yield the job as it is and after each change, up to its end. */
  async *watch(job, { signal } = {}) {
    let [lastId, sent, resumeAt] = [null, "", 0];
    for (let failures = 0; ; failures++) {
      const isStream = Date.now() >= resumeAt;
      try {
        const stream = isStream && this.#stream(job, lastId, signal);
        for await (const event of stream || [{ job: await this.job(job, { signal }) }]) {
          failures = 0;
          [job, lastId] = [event.job, event.id ?? lastId];
          const text = JSON.stringify(job);
          if (text !== sent) yield job;
          if (FINAL.includes(job.status)) return;
          sent = text;
        }
      } catch (error) {
        if (!isTemporary(error) || failures >= MAX_FAILURES) throw error;
        const wait = error.retryAfter ?? (failures && STREAM_RETRY_S);
        if (isStream) resumeAt = Date.now() + 1000 * wait;
      }
      const delay = Math.min(POLL_S * 1.5 ** failures, MAX_POLL_S);
      await pause(delay * (0.75 + Math.random() / 2), signal);
    }
  }

  /** Return the URL of the video; with API keys it is signed, so that a page can navigate to it. */
  download(job) {
    if (job.downloadUrl) return this.url(job.downloadUrl);
    const facts = { code: "result_not_ready", retryable: !FINAL.includes(job.status), status: 409 };
    throw new ToqiboxError("The job has no video.", facts);
  }

  url(path) {
    return /^https?:/.test(path) ? path : this.#server + path;
  }

  effects(options) {
    return this.#json("GET", "/effects", options);
  }

  presets(options) {
    return this.#json("GET", "/presets", options);
  }

  async #json(method, path, { signal } = {}) {
    return (await this.#request(method, path, { signal, repeats: MAX_REPEATS })).content;
  }

  async #keep(upload, { onProgress, signal } = {}) {
    const body = new FormData();
    body.append(upload.field, upload.file);
    const request = { body, signal, onProgress };
    const { content } = await this.#request("POST", `/${upload.kind}s`, request);
    upload.id = idOf(content, upload.kind);
    this.#uploads.set(upload.id, upload);
    return content;
  }

  /** Send a form, its texts first: they are checked before a file is read. */
  #submit(path, { track, photo, photo2, images, signal, onProgress, ...texts }, options) {
    const isFile = ([, value]) => value instanceof Blob;
    const media = Object.entries({ trackId: track, photo, photo2, ...images }).filter(hasValue);
    const uploads = media.filter((entry) => !isFile(entry));
    return this.#withUploads(uploads, async ({ trackId, ...images }) => {
      const body = new FormData();
      for (const part of formatFields({ ...texts, trackId, images })) body.append(...part);
      const nameOf = (name) => (name === "trackId" ? "audio" : name);
      for (const [name, file] of media.filter(isFile)) body.append(nameOf(name), file);
      const request = { body, signal, onProgress, ...options };
      return (await this.#request("POST", path, request)).content;
    });
  }

  /** Do `work` with the ids of uploads; send one that has expired again, once. */
  async #withUploads(uploads, work) {
    for (let renewals = 0; ; renewals++) {
      const ids = {};
      for (const [name, value] of uploads) {
        const id = idOf(value, name === "trackId" ? "track" : "photo");
        ids[name] = this.#uploads.get(id)?.id ?? id;
      }
      try {
        return await work(ids);
      } catch (error) {
        const id = ids[error.field?.replace("images.", "") ?? "trackId"];
        const upload = error.code === "upload_expired" && this.#uploads.get(id);
        if (!upload || renewals === uploads.length) throw error;
        if (upload.id !== id) continue; // another call has sent it meanwhile
        await (upload.renewal ??= this.#keep(upload).finally(() => (upload.renewal = null)));
      }
    }
  }

  /** Yield the events of one stream; close it when the caller stops. */
  async *#stream(job, lastId, signal) {
    const closing = new AbortController();
    const close = () => closing.abort();
    signal?.addEventListener("abort", close);
    let timer = setTimeout(close, MAX_SILENCE_MS);
    try {
      signal?.throwIfAborted();
      const signed = this.#headers.Authorization ? null : job.eventsUrl;
      const headers = lastId === null ? {} : { "Last-Event-ID": lastId };
      const options = { headers, signal: closing.signal, read: null };
      const { response } = await this.#request("GET", signed ?? `${pathOf(job)}/events`, options);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ; ) {
        const { done, value } = await reader.read();
        if (done) throw new TypeError("no final event");
        clearTimeout(timer);
        timer = setTimeout(close, MAX_SILENCE_MS);
        const blocks = (text + value).split(/\r?\n\r?\n/);
        text = blocks.pop();
        for (const block of blocks) {
          const lines = block.split(/\r?\n/).map((line) => line.split(/: ?(.*)/));
          const { id, data } = Object.fromEntries(lines);
          if (data) yield { id, job: JSON.parse(data) };
        }
      }
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof ToqiboxError) throw cause;
      throw new ToqiboxError("The stream of events was interrupted.", { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", close);
      close();
    }
  }

  /** Send a request, again after temporary errors. */
  async #request(method, path, { repeats = 0, ...options }) {
    for (let count = 0; ; count++) {
      try {
        return await this.#send(method, path, options);
      } catch (error) {
        const wait = error.retryAfter ?? 2 ** (count - 1);
        if (count >= repeats || wait > MAX_WAIT_S || !isTemporary(error)) throw error;
        await pause(wait, options.signal);
      }
    }
  }

  async #send(method, path, { headers, read = "json", ...options }) {
    const init = { method, headers: { ...this.#headers, ...headers }, ...options };
    const { signal, onProgress } = options;
    let response, content;
    try {
      const hasXhr = onProgress && !this.#fetch && globalThis.XMLHttpRequest;
      response = await (hasXhr ? sendWithProgress : (this.#fetch ?? fetch))(this.url(path), init);
      content = response.ok && read ? await response[read]() : null;
    } catch (cause) {
      signal?.throwIfAborted();
      throw new ToqiboxError("The server cannot be reached.", { cause });
    }
    if (!response.ok) throw await errorOf(response);
    onProgress?.(1);
    return { response, content };
  }
}

/** Fetch, and report the share of the body that is sent. */
function sendWithProgress(url, { method, headers, body, signal, onProgress }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "blob";
    for (const header of Object.entries(headers)) request.setRequestHeader(...header);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onerror = request.onabort = reject;
    request.onload = () => {
      const headers = { "Retry-After": request.getResponseHeader("Retry-After") };
      resolve(new Response(request.response, { status: request.status, headers }));
    };
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

async function errorOf(response) {
  const { success, error, ...facts } = Object(await response.json().catch(() => null));
  const { status } = response;
  const other = { status, code: "unexpected_response", retryable: TEMPORARY.includes(status) };
  const all = { ...other, retryAfter: retryAfter(response), ...facts };
  return new ToqiboxError(error ?? `HTTP ${status}`, all);
}

function isTemporary(error) {
  return error instanceof ToqiboxError && error.retryable && TEMPORARY.includes(error.status);
}

function retryAfter({ headers }) {
  const seconds = parseFloat(headers.get("Retry-After"));
  return seconds >= 0 ? seconds : null;
}

function formatFields(fields) {
  const round = (value) => (typeof value === "number" ? Number(value.toFixed(6)) : value);
  const format = (value) => (typeof value === "string" ? value : JSON.stringify(round(value)));
  return Object.entries(fields).filter(hasValue).map(([name, value]) => [name, format(value)]);
}

const hasValue = ([, value]) => value != null;
const idOf = (value, kind) => encodeURIComponent(value[`${kind}Id`] ?? value);
const pathOf = (job) => `/export/${idOf(job, "job")}`;

async function pause(seconds, signal) {
  let timer, end;
  await new Promise((resolve) => {
    end = resolve;
    timer = setTimeout(end, signal?.aborted ? 0 : 1000 * seconds);
    signal?.addEventListener("abort", end);
  });
  clearTimeout(timer);
  signal?.removeEventListener("abort", end);
  signal?.throwIfAborted();
}
