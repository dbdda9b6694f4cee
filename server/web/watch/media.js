// The sound and the photos that the effect is shown with, fetched once for a page.

import { Recorded } from "../player/audio_features.js";

/** What GET /film tells, with the photos and the sound that belong to it. */
export async function material() {
  const film = await (await fetch("/film")).json();
  const [measured, first, second] = await Promise.all([
    fetch("/measured").then((answer) => answer.arrayBuffer()),
    photo("/photo"),
    film.photo2 ? photo("/photo2") : null,
  ]);
  return { film, photos: { photo: first, photo2: second }, sound: new Recorded(film.sound, measured) };
}

async function photo(url) {
  const bytes = await (await fetch(url)).arrayBuffer();
  const [width, height] = new Uint32Array(bytes, 8, 2);
  return { width, height, data: new Uint8Array(bytes, 16) };
}
