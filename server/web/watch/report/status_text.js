// Sentences about the two previews: why one is missing, and how far they agree.

const MAX_AGREED_MEAN = 1;
const PAUSED = "Each frame depends on the previous one: the server draws when you pause.";

/**
 * Return the note over the server's preview; empty where it shows the current effect.
 * @param {object} state - of the file, from the server
 * @param {object} facts - of the server's last frame: {error, isPaused, frame}
 * @param {boolean} isDrawn - whether the server has drawn this revision
 */
export function serverNote(state, facts, isDrawn) {
  if (state.validation === "bad")
    return "The server cannot draw the effect: see the messages below.";
  if (state.validation === "checking") return "The server is compiling …";
  if (facts.isPaused) return PAUSED;
  if (facts.error) return serverError(facts.error);
  return isDrawn ? "" : "The server is drawing the first frame …";
}

/**
 * Return the note over the browser's preview; empty where it shows the current effect or the last
 * one that could be drawn.
 * @param {object} state - of the file, from the server
 * @param {boolean} isServerOnly - whether only this browser cannot run the effect
 * @param {boolean} hasFrame - whether there is a frame to show
 */
export function browserNote(state, isServerOnly, hasFrame) {
  if (isServerOnly) return "This browser cannot run the effect; the server can.";
  if (hasFrame) return "";
  if (state.validation === "bad") return "There is no frame yet: see the messages.";
  return "The server tries the effect first …";
}

/** Return how far both previews agree: {text, kind: good, fair or empty}. */
export function describeAgreement({ error, difference, exact, from, frame, isPaused }, usesMouse) {
  const sentences = [];
  if (isPaused) sentences.push(PAUSED);
  else if (error) sentences.push(serverError(error));
  else if (difference) {
    const { mean, largest } = difference;
    const result = mean <= MAX_AGREED_MEAN ? "Both agree" : "They differ";
    const numbers = `mean difference ${mean.toFixed(2)} of 255, maximum ${largest}`;
    sentences.push(`${result} in frame ${frame}: ${numbers}.`);
  }
  if (exact === false) {
    sentences.push(`The server began at frame ${from}: its frame is not exact.`);
  }
  if (usesMouse) {
    sentences.push("The mouse changes only this browser's preview: in a video it stays at 0.");
  }
  const isGood = difference && difference.mean <= MAX_AGREED_MEAN && exact;
  const isFair = error || exact === false || (difference && !isGood);
  return { text: sentences.join(" "), kind: isFair ? "fair" : isGood ? "good" : "" };
}

function serverError(error) {
  return `The server cannot draw the effect: ${error}`;
}
