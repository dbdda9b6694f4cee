// The start of the watch page: fetch the material, then follow the file.

import { keys } from "./actions.js";
import { material } from "./media.js";
import { Page } from "./page.js";
import { say } from "./report/report.js";
import { FITS, SIZES, recall } from "./session.js";
import { drops } from "./uploads.js";

const at = (id) => document.getElementById(id);

async function begin() {
  const { film, photos, sound } = await material();
  at("file").textContent = film.file;
  at("audio").src = `/track?${film.material}`;
  at("size").append(...SIZES.map((size) => new Option(size)));
  at("fit").append(...FITS.map((fit) => new Option(fit)));
  const watch = new Page(film, photos, sound);
  const act = keys(watch);
  recall(watch);
  drops(film, say);
  at("size").onchange = at("fit").onchange = () => watch.subject.build();
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => watch.follow(JSON.parse(data));
  events.onerror = () => say("the command has ended", "bad");
  watch.loop();
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) act.play();
  window.watch = watch;
}

begin().catch((error) => say(`the page cannot begin: ${error.message}`, "bad"));
