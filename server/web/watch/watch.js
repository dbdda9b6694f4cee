// The start of the watch page: fetches the media, then follows the file.

import { FITS } from "../player/textures/photo_fit.js";
import { bindActions } from "./actions.js";
import { fetchMedia } from "./media.js";
import { Page } from "./page.js";
import { showStatus } from "./report/report.js";
import { SIZES, restoreSession } from "./session.js";
import { byId } from "./common/dom.js";
import { acceptUploads } from "./uploads.js";

async function start() {
  const { config, photos, features } = await fetchMedia();
  byId("file").textContent = config.file;
  byId("audio").src = `/track?${config.media}`;
  byId("size").append(...SIZES.map((size) => new Option(size)));
  byId("fit").append(...FITS.map((fit) => new Option(fit)));
  const page = new Page(config, photos, features);
  const actions = bindActions(page);
  restoreSession(page);
  acceptUploads(config, showStatus);
  byId("size").onchange = byId("fit").onchange = () => page.watchedFile.buildPlayer();
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => page.update(JSON.parse(data));
  events.onerror = () => showStatus("the command has ended", "bad");
  page.loop();
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) actions.play();
  window.watch = page;
}

start().catch((error) => showStatus(`the page cannot start: ${error.message}`, "bad"));
