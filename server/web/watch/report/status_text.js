// The server's side of the page in words: why its picture is not there, and how far both agree.

const AGREED = 1;

/**
 * What stands over the server's picture; nothing where it is the picture of what is shown.
 * @param {object} state - as the server tells it
 * @param {object} facts - of the server's last frame: {error, waits, frame}
 * @param {boolean} painted - whether it has drawn this text already
 */
export function note(state, facts, painted) {
  if (state.verdict === "bad") return "The server cannot draw it: see the messages below.";
  if (state.verdict === "checking") return "The server compiles it …";
  if (facts.waits) return "Each frame needs the one before it: the server draws when you pause.";
  if (facts.error) return `The server cannot draw it: ${facts.error}`;
  return painted ? "" : "The server draws the first frame …";
}

/**
 * The words over the browser's own picture; nothing where it is the picture of what is saved, or
 * of the text before it.
 * @param {object} state - as the server tells it
 * @param {boolean} alone - whether this browser alone refuses the effect
 * @param {boolean} drawn - whether there is a picture
 */
export function browserNote(state, alone, drawn) {
  if (alone) return "This browser does not run it; the server does.";
  if (drawn) return "";
  return state.verdict === "bad" ? "There is no picture yet: see the messages." : "The server tries it first …";
}

/** How far both pictures agree: {words, kind: good, fair or nothing}. */
export function agreement({ error, difference, exact, from, frame, waits }, moused) {
  const parts = [];
  if (waits) parts.push("Each frame needs the one before it: the server draws when you pause.");
  else if (error) parts.push(`The server cannot draw it: ${error}`);
  else if (difference) {
    const { mean, largest } = difference;
    const word = mean <= AGREED ? "Both agree" : "They differ";
    parts.push(`${word} in frame ${frame}: by ${mean.toFixed(2)} of 255 in the mean, ${largest} at most.`);
  }
  if (exact === false) parts.push(`The server began at frame ${from}: its frame is not exact.`);
  if (moused) parts.push("The mouse moves this browser's picture alone: in a film it stays at 0.");
  const good = difference && difference.mean <= AGREED && exact;
  const fair = error || exact === false || (difference && !good);
  return { words: parts.join(" "), kind: fair ? "fair" : good ? "good" : "" };
}
