// The audio and the photos that the effect is shown with, fetched once for a page.

import { AudioFeatures } from "../player/audio_features.js";

/** Fetch the configuration of the page, with the photos and the features of the audio. */
export async function fetchMedia() {
  const config = await (await fetch("/config")).json();
  const [columns, photo, photo2] = await Promise.all([
    fetch("/columns").then((response) => response.arrayBuffer()),
    fetchPhoto("/photo"),
    config.photo2 ? fetchPhoto("/photo2") : null,
  ]);
  const features = new AudioFeatures(config.features, columns);
  return { config, photos: { photo, photo2 }, features };
}

async function fetchPhoto(url) {
  const bytes = await (await fetch(url)).arrayBuffer();
  const [width, height] = new Uint32Array(bytes, 8, 2);
  return { width, height, data: new Uint8Array(bytes, 16) };
}
