// What the buttons and keys of the watch page do.

import { beatTime, position } from "../player/animation/beat_ruler.js";

const LOOP_BEATS = 8;
const LOOP_S = 4;
const ZOOM = 0.5;
const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

const at = (id) => document.getElementById(id);

/** Bind them; returns the acts by name. */
export function keys(watch) {
  const { clock } = watch;
  const act = { ...playing(watch), ...looping(watch), ...seeing(watch) };
  at("play").onclick = act.play;
  at("back").onclick = () => act.step(-1);
  at("on").onclick = () => act.step(1);
  for (const name of ["start", "mute", "loop", "closer", "wider", "difference", "png", "reset", "help", "retry"]) at(name).onclick = act[name];
  at("time").oninput = () => {
    clock.seek(at("time").valueAsNumber);
    watch.screen.dirty = true;
  };
  at("seek").addEventListener("wheel", (event) => {
    event.preventDefault();
    watch.bar.zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM, watch.bar.strip.frame(across(event)));
  }, { passive: false });
  at("seek").addEventListener("pointerdown", (event) => event.shiftKey && act.draw(event), true);
  const bound = {
    " ": act.play,
    Home: act.start,
    m: act.mute,
    l: act.loop,
    i: act.begin,
    o: act.end,
    "+": act.closer,
    "=": act.closer,
    "-": act.wider,
    v: () => watch.stage.next(),
    a: () => watch.stage.nextLook(),
    d: act.difference,
    f: () => watch.stage.full(),
    p: act.png,
    k: act.key,
    c: () => watch.tuned.copy("params"),
    w: () => watch.tuned.write(),
    r: act.reset,
    t: () => at("retry").hidden || act.retry(),
    "?": act.help,
    ArrowLeft: (event) => act.step(event.shiftKey ? -watch.film.fps : -1),
    ArrowRight: (event) => act.step(event.shiftKey ? watch.film.fps : 1),
  };
  document.addEventListener("keydown", (event) => {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // A slider takes the keys that move it, and no others.
    const slides = event.target.matches?.("[type=range]:not(#time)") && !MOVES.includes(name);
    const busy = !slides && event.target.closest?.("input:not(#time, [type=checkbox]), select, textarea, .pad, dialog");
    const pressed = event.target.closest?.("button, [type=checkbox]") && event.key === " ";
    if (!bound[name] || busy || pressed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    bound[name](event);
  });
  return act;
}

function playing(watch) {
  const { clock } = watch;
  const play = () => {
    if (clock.playing) clock.pause();
    else clock.play();
    document.body.classList.toggle("playing", clock.playing);
    at("play").setAttribute("aria-label", clock.playing ? "Pause" : "Play");
    watch.compare.stale();
  };
  return {
    play,
    step(frames) {
      if (clock.playing) play();
      watch.seek(watch.frame + frames);
    },
    start: () => watch.seek(watch.region?.[0] ?? 0),
    mute() {
      clock.mute(!at("audio").muted);
      at("mute").setAttribute("aria-pressed", String(!at("audio").muted));
    },
  };
}

function looping(watch) {
  const { clock, film, sound } = watch;
  const all = clock.frames;
  const set = (first, end) => {
    const ends = [Math.max(0, Math.min(first, end)), Math.min(all, Math.max(first, end))];
    watch.setRegion(ends[1] - ends[0] >= 2 ? ends : null);
  };
  return {
    /** Two bars from the beat that is playing, where the track has beats. */
    loop() {
      if (watch.region) return watch.setRegion(null);
      const now = watch.frame / film.fps;
      const { beat } = sound.hits;
      const from = beat.length > 1 ? Math.max(0, beatTime(beat, Math.floor(position(beat, now) + 1e-6))) : now;
      const to = beat.length > 1 ? beatTime(beat, Math.floor(position(beat, now) + 1e-6) + LOOP_BEATS) : now + LOOP_S;
      return set(Math.round(from * film.fps), Math.round(to * film.fps));
    },
    begin: () => set(watch.frame, watch.region && watch.region[1] > watch.frame ? watch.region[1] : all),
    end: () => set(watch.region && watch.region[0] < watch.frame ? watch.region[0] : 0, watch.frame + 1),
    /** Draw the region with the pointer. */
    draw(event) {
      event.preventDefault();
      event.stopPropagation();
      const first = watch.bar.strip.frame(across(event));
      const move = (to) => set(first, watch.bar.strip.frame(across(to)));
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
    },
    closer: () => watch.bar.zoom(ZOOM, watch.frame),
    wider: () => watch.bar.zoom(1 / ZOOM, watch.frame),
    key() {
      watch.controls.editor?.key();
    },
  };
}

function seeing(watch) {
  return {
    difference() {
      const shown = at("heat").hidden;
      at("heat").hidden = !shown;
      at("picture").hidden = shown;
      at("what").textContent = shown ? "Difference ×12" : "Server";
      at("difference").setAttribute("aria-pressed", String(shown));
      if (shown && watch.stage.shown === "browser") watch.stage.show("both");
    },
    png: () => save(watch),
    reset: () => watch.controls.reset(),
    retry: () => watch.retry(),
    help: () => at("keys").showModal(),
  };
}

/** Save the picture that is shown: the server's where it is alone, else the browser's. */
function save(watch) {
  const server = watch.stage.shown === "server" || !watch.live;
  const canvas = at(server ? "picture" : "canvas");
  const name = watch.film.file.replace(/\.[^.]*$/, "");
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}-${String(watch.frame).padStart(5, "0")}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

/** How far across the timeline the pointer is, 0 to 1. */
function across({ clientX }) {
  const { left, width } = at("seek").getBoundingClientRect();
  return Math.min(Math.max((clientX - left) / width, 0), 1);
}
