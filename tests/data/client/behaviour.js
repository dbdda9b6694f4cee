// Single behaviours of the client, against a server that a test prepares.

/** Use a track and a photo that have been removed, with a client that has their files. */
export async function expired({ Toqibox }, { server, audio, image }, show) {
  const toqibox = new Toqibox(server);
  const [track, photo] = [await toqibox.track(audio), await toqibox.photo(image)];
  for (const { url } of [track, photo]) await fetch(server + url, { method: "DELETE" });
  const fields = { track, images: { photo }, effect: "breathe", duration: 0.5 };
  const jobs = await Promise.all([toqibox.export(fields), toqibox.export(fields)]);
  const stranger = new Toqibox(server);
  const error = await stranger.export(fields).catch((raised) => raised);
  const ids = jobs.map(({ trackId }) => trackId);
  show({ old: track.trackId, ids, error: [error.code, error.field, error.status] });
}

/** Show each state of a job. */
export async function watch({ Toqibox }, { server, job, key }, show) {
  for await (const now of new Toqibox(server, { key }).watch(job)) show(now);
}

/** Stop to follow a job: by the end of the loop, then by a signal. */
export async function stop({ Toqibox }, { server, job }, show) {
  const toqibox = new Toqibox(server);
  for await (const now of toqibox.watch(job)) {
    show(now.status);
    break;
  }
  const controller = new AbortController();
  try {
    for await (const now of toqibox.watch(job, { signal: controller.signal })) {
      controller.abort(new Error(`enough of ${now.status}`));
    }
  } catch (error) {
    show(error.message);
  }
  const signal = AbortSignal.abort(new Error("before it began"));
  await toqibox.job(job, { signal }).catch((error) => show(error.message));
}

/** Submit a job with files. */
export async function submit({ Toqibox }, { server, audio, image }, show) {
  const fields = { track: audio, photo: image, effect: "breathe", params: { amount: 0.25 } };
  show(await new Toqibox(server).export({ ...fields, duration: 0.1 + 0.2 }));
}

/** Send a track. */
export async function keep({ Toqibox }, { server, audio }, show) {
  const error = await new Toqibox(server).track(audio).catch((raised) => raised);
  show([error.name, error.code, error.status, error.retryable]);
}

/** Read a job many times at once, more often than its key may. */
export async function readOften({ Toqibox }, { server, job, key, count }, show) {
  const toqibox = new Toqibox(server, { key });
  const jobs = await Promise.all(Array.from({ length: count }, () => toqibox.job(job)));
  show(jobs.map(({ jobId }) => jobId));
}

/** Follow a job with a key, and with the links in it alone. */
export async function useKey({ Toqibox }, { server, job, key }, show) {
  const own = await new Toqibox(server, { key }).job(job);
  const toqibox = new Toqibox(server);
  const error = await toqibox.job(job).catch((raised) => raised);
  const states = [];
  for await (const now of toqibox.watch(own)) states.push(now.status);
  const video = await fetch(toqibox.download(own));
  show({ error: [error.code, error.status], states, video: await video.text() });
}

/** List all jobs of a key, page by page, and the completed ones. */
export async function list({ Toqibox }, { server, key }, show) {
  const toqibox = new Toqibox(server, { key });
  const pages = [];
  let cursor = null;
  do {
    const page = await toqibox.exports({ limit: 2, cursor });
    pages.push(page.exports.map(({ jobId }) => jobId));
    cursor = page.nextCursor;
  } while (cursor);
  const { exports } = await toqibox.exports({ status: "completed" });
  const error = await toqibox.exports({ limit: 0 }).catch((raised) => raised);
  show({ pages, completed: exports.map(({ jobId }) => jobId), error: [error.code, error.field] });
}
