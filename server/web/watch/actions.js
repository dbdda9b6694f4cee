// The actions of the page's buttons and keys.

import { beatPosition, beatTime } from "../player/animation/beat_ruler.js";
import { byId } from "./common/dom.js";

const LOOP_BEATS = 8;
const LOOP_S = 4;
const MIN_REGION_FRAMES = 2;
const ZOOM = 0.5;
const SLIDER_KEYS = [
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
];
const FIELDS = "input:not(#position, [type=checkbox]), select, textarea, .pad, dialog";

/** Bind the actions to buttons and keys; returns them by name. */
export function bindActions(page) {
  const actions = { ...playbackActions(page), ...regionActions(page), ...viewActions(page) };
  bindButtons(actions);
  bindTimeline(page, actions);
  bindKeys(page, actions);
  return actions;
}

function bindButtons(actions) {
  const buttons = {
    play: actions.play,
    "to-start": actions.toStart,
    "previous-frame": () => actions.step(-1),
    "next-frame": () => actions.step(1),
    mute: actions.mute,
    loop: actions.loop,
    "zoom-in": actions.zoomIn,
    "zoom-out": actions.zoomOut,
    difference: actions.difference,
    "save-png": actions.savePng,
    reset: actions.reset,
    retry: actions.retry,
    help: actions.help,
  };
  for (const [id, action] of Object.entries(buttons)) byId(id).onclick = action;
}

function bindTimeline(page, actions) {
  byId("position").oninput = () => {
    page.clock.seek(byId("position").valueAsNumber);
    page.preview.isStale = true;
  };
  const zoom = (event) => {
    event.preventDefault();
    const factor = event.deltaY < 0 ? ZOOM : 1 / ZOOM;
    page.timelineBar.zoom(factor, frameUnder(page, event));
  };
  byId("timeline").addEventListener("wheel", zoom, { passive: false });
  const drawRegion = (event) => event.shiftKey && actions.drawRegion(event);
  byId("timeline").addEventListener("pointerdown", drawRegion, true);
}

function bindKeys(page, actions) {
  const step = (event, direction) =>
    actions.step(direction * (event.shiftKey ? page.config.fps : 1));
  const keys = {
    " ": actions.play,
    Home: actions.toStart,
    m: actions.mute,
    l: actions.loop,
    i: actions.startRegion,
    o: actions.endRegion,
    "+": actions.zoomIn,
    "=": actions.zoomIn,
    "-": actions.zoomOut,
    v: () => page.viewer.nextMode(),
    a: () => page.viewer.nextView(),
    d: actions.difference,
    f: () => page.viewer.toggleFullScreen(),
    p: actions.savePng,
    k: () => page.controls.editor?.setKeyframe(),
    c: () => page.tunedValues.copy("params"),
    w: () => page.tunedValues.write(),
    r: actions.reset,
    t: () => byId("retry").hidden || actions.retry(),
    "?": actions.help,
    ArrowLeft: (event) => step(event, -1),
    ArrowRight: (event) => step(event, 1),
  };
  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const { target } = event;
    // A slider takes the keys that move it, and no others.
    const isSlider = target.matches?.("[type=range]:not(#position)") && !SLIDER_KEYS.includes(key);
    const isField = !isSlider && target.closest?.(FIELDS);
    const isPress = target.closest?.("button, [type=checkbox]") && event.key === " ";
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (!keys[key] || isField || isPress || hasModifier) return;
    event.preventDefault();
    keys[key](event);
  });
}

function playbackActions(page) {
  const { clock } = page;
  const play = () => {
    if (clock.playing) clock.pause();
    else clock.play();
    document.body.classList.toggle("playing", clock.playing);
    byId("play").setAttribute("aria-label", clock.playing ? "Pause" : "Play");
    page.comparison.invalidate();
  };
  return {
    play,
    step(frames) {
      if (clock.playing) play();
      page.seek(page.frame + frames);
    },
    toStart: () => page.seek(page.region?.[0] ?? 0),
    mute() {
      clock.mute(!byId("audio").muted);
      byId("mute").setAttribute("aria-pressed", String(!byId("audio").muted));
    },
  };
}

function regionActions(page) {
  const { clock, config, features } = page;
  const setRegion = (from, to) => {
    const first = Math.max(0, Math.min(from, to));
    const end = Math.min(clock.frames, Math.max(from, to));
    page.setRegion(end - first >= MIN_REGION_FRAMES ? [first, end] : null);
  };
  return {
    /** Loop two bars from the current beat, or some seconds where the track has no beats. */
    loop() {
      if (page.region) return page.setRegion(null);
      const now = page.frame / config.fps;
      const { beat } = features.events;
      const hasBeats = beat.length > 1;
      const position = Math.floor(beatPosition(beat, now) + 1e-6);
      const from = hasBeats ? Math.max(0, beatTime(beat, position)) : now;
      const to = hasBeats ? beatTime(beat, position + LOOP_BEATS) : now + LOOP_S;
      return setRegion(Math.round(from * config.fps), Math.round(to * config.fps));
    },
    startRegion() {
      const { frame, region } = page;
      setRegion(frame, region?.[1] > frame ? region[1] : clock.frames);
    },
    endRegion() {
      const { frame, region } = page;
      setRegion(region?.[0] < frame ? region[0] : 0, frame + 1);
    },
    /** Draw the region with the pointer. */
    drawRegion(event) {
      event.preventDefault();
      event.stopPropagation();
      const first = frameUnder(page, event);
      const move = (moved) => setRegion(first, frameUnder(page, moved));
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
    },
    zoomIn: () => page.timelineBar.zoom(ZOOM, page.frame),
    zoomOut: () => page.timelineBar.zoom(1 / ZOOM, page.frame),
  };
}

function viewActions(page) {
  return {
    /** Show the difference in the place of the server's frame, or the frame again. */
    difference() {
      const isShown = byId("difference-canvas").hidden;
      byId("difference-canvas").hidden = !isShown;
      byId("server-canvas").hidden = isShown;
      byId("server-caption").textContent = isShown ? "Difference ×12" : "Server";
      byId("difference").setAttribute("aria-pressed", String(isShown));
      if (isShown && page.viewer.shownMode === "browser") page.viewer.setMode("both");
    },
    savePng: () => savePng(page),
    reset: () => page.controls.reset(),
    retry: () => page.retry(),
    help: () => byId("shortcuts").showModal(),
  };
}

/** Save the frame that is shown: the server's where it is alone, else the browser's. */
function savePng(page) {
  const isServer = page.viewer.shownMode === "server" || !page.activePlayer;
  const canvas = byId(isServer ? "server-canvas" : "browser-canvas");
  const name = page.config.file.replace(/\.[^.]*$/, "");
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}-${String(page.frame).padStart(5, "0")}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

/** Return the frame of the timeline under the pointer. */
function frameUnder(page, { clientX }) {
  const { left, width } = byId("timeline").getBoundingClientRect();
  const share = Math.min(Math.max((clientX - left) / width, 0), 1);
  return page.timelineBar.waveform.frameAt(share);
}
