// What the buttons and keys of the watch page do.

const at = (id) => document.getElementById(id);

/** Bind them; returns the acts by name. */
export function keys(watch) {
  const { clock } = watch;
  const act = {
    play() {
      if (clock.playing) clock.pause();
      else clock.play();
      document.body.classList.toggle("playing", clock.playing);
      at("play").setAttribute("aria-label", clock.playing ? "Pause" : "Play");
      watch.compare.stale();
    },
    step(frames) {
      if (clock.playing) act.play();
      clock.seek(watch.frame + frames);
      watch.touch();
    },
    start() {
      clock.seek(0);
      watch.touch();
    },
    mute() {
      clock.mute(!at("audio").muted);
      at("mute").setAttribute("aria-pressed", String(!at("audio").muted));
    },
    difference() {
      const shown = at("heat").hidden;
      at("heat").hidden = !shown;
      at("picture").hidden = shown;
      at("what").textContent = shown ? "Difference ×12" : "Server";
      at("difference").setAttribute("aria-pressed", String(shown));
    },
    reset: () => watch.controls.reset(),
    help: () => at("keys").showModal(),
  };
  at("play").onclick = act.play;
  at("back").onclick = () => act.step(-1);
  at("on").onclick = () => act.step(1);
  for (const name of ["start", "mute", "difference", "reset", "help"]) at(name).onclick = act[name];
  at("time").oninput = () => {
    clock.seek(at("time").valueAsNumber);
    watch.dirty = true;
  };
  const bound = {
    " ": act.play,
    Home: act.start,
    m: act.mute,
    d: act.difference,
    r: act.reset,
    "?": act.help,
    ArrowLeft: (event) => act.step(event.shiftKey ? -watch.film.fps : -1),
    ArrowRight: (event) => act.step(event.shiftKey ? watch.film.fps : 1),
  };
  document.addEventListener("keydown", (event) => {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const busy = event.target.closest?.("input:not(#time), select, .pad, dialog");
    const pressed = event.target.closest?.("button") && event.key === " ";
    if (!bound[name] || busy || pressed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    bound[name](event);
  });
  return act;
}
