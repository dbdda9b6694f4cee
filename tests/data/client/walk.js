// The way of a front end through the client, in Node and in a browser.

/** Send a track and a photo once; make three previews and two videos of them, cancel a third. */
export async function walk({ Toqibox, ToqiboxError }, { server, audio, image }, show) {
  const toqibox = new Toqibox(server, { language: "ru" });
  const shares = [];
  const track = await toqibox.track(audio, { onProgress: (share) => shares.push(share) });
  const photo = await toqibox.photo(image);
  const cut = await toqibox.cut(track, { start: 0.25, duration: 0.5 });
  const media = { track, photo, effect: "plain" };

  const previews = [];
  for (const time of [0, 0.1, 0.2]) {
    const picture = await toqibox.preview({ ...media, time, width: 64, height: 36 });
    previews.push([picture.type, picture.size > 0]);
  }

  const jobs = [];
  for (const aspect of ["16:9", "9:16"]) {
    jobs.push(await toqibox.export({ ...media, aspect, duration: 0.5, title: "Сумерки" }));
  }
  const other = await toqibox.export({ ...media, aspect: "1:1", duration: 0.5 });
  const cancelled = await toqibox.cancel(other);

  const histories = await Promise.all(jobs.map((job) => historyOf(toqibox, job)));
  const videos = histories.map((history) => toqibox.download(history.at(-1)));

  const errors = [];
  const fail = async (work) => {
    const error = await work().catch((raised) => raised);
    const { code, field, retryable, status, requestId, message } = error;
    const isOurs = error instanceof ToqiboxError;
    errors.push({ isOurs, code, field, retryable, status, requestId, message });
  };
  await fail(() => toqibox.export({ ...media, params: { none: 1 } }));
  await fail(() => toqibox.job("A".repeat(22)));
  await fail(async () => toqibox.download(cancelled));
  await fail(() => toqibox.track(new Blob(["no audio"]), { onProgress: () => {} }));

  const { effects } = await toqibox.effects();
  const { presets } = await toqibox.presets();
  const listed = [effects.some(({ id }) => id === "plain"), presets.length > 0];
  const ids = jobs.map(({ trackId }) => trackId === track.trackId);
  const result = { shares, cut, previews, ids, cancelled, histories, videos, errors, listed };
  show(result);
  return result;
}

async function historyOf(toqibox, job) {
  const history = [];
  for await (const now of toqibox.watch(job)) history.push(now);
  return history;
}
