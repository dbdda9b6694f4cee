// The state of the page that survives a reload: in this tab, for the file.

import { FITS } from "../player/textures/photo_fit.js";
import { byId } from "./common/dom.js";

/** The sizes of the frame that can be chosen. */
export const SIZES = [
  "640×360",
  "1280×720",
  "1920×1080",
  "360×640",
  "720×1280",
  "720×720",
  "720×900",
  "256×144",
];

/** Save the state of the page. */
export function saveSession({ config, values, frame, fit, region, viewer }) {
  const session = { values, frame, size: byId("size").value, fit, region, mode: viewer.mode };
  sessionStorage.setItem(config.file, JSON.stringify(session));
}

/** Restore the state of the page. */
export function restoreSession(page) {
  const session = JSON.parse(sessionStorage.getItem(page.config.file) ?? "{}");
  const { frames } = page.clock;
  page.controls.values = session.values ?? {};
  if (SIZES.includes(session.size)) byId("size").value = session.size;
  if (FITS.includes(session.fit)) byId("fit").value = session.fit;
  page.viewer.setMode(session.mode ?? "browser");
  page.clock.seek(Math.min(session.frame ?? 0, frames - 1));
  if (session.region?.[1] <= frames) page.setRegion(session.region);
}
