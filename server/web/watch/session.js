// What is kept when the page is loaded again: in this tab, for the file.

/** Sizes of the picture and fits of the photo that can be chosen. */
export const SIZES = ["640×360", "1280×720", "1920×1080", "360×640", "720×1280", "720×720", "720×900", "256×144"];
export const FITS = ["blur", "contain", "cover"];

const at = (id) => document.getElementById(id);

/** Keep what a person has set on the page. */
export function remember({ film, values, frame, fit, region, stage }) {
  const kept = { values, frame, size: at("size").value, fit, region, mode: stage.mode };
  sessionStorage.setItem(film.file, JSON.stringify(kept));
}

/** Set the page as it was. */
export function recall(watch) {
  const kept = JSON.parse(sessionStorage.getItem(watch.film.file) ?? "{}");
  const { frames } = watch.clock;
  watch.controls.values = kept.values ?? {};
  if (SIZES.includes(kept.size)) at("size").value = kept.size;
  if (FITS.includes(kept.fit)) at("fit").value = kept.fit;
  watch.stage.show(kept.mode ?? "browser");
  watch.clock.seek(Math.min(kept.frame ?? 0, frames - 1));
  if (kept.region?.[1] <= frames) watch.setRegion(kept.region);
}
