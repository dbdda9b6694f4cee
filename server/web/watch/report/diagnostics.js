// What is wrong with the author's text: messages with the line, a mark under it, and a hint.

const AROUND = 2;

/**
 * Show messages, or nothing. Warnings alone take one line until they are opened: the picture is
 * what counts then.
 * @param {HTMLElement} place
 * @param {string} title - in a sentence
 * @param {object[]} messages - {file, line, column, severity, message, hint}
 * @param {{file: string, code: string}[]} texts - the author's
 */
export function show(place, title, messages, texts) {
  const opened = place.querySelector("details")?.open;
  const mild = messages.length > 0 && messages.every(({ severity }) => severity === "warning");
  place.hidden = !title;
  place.classList.toggle("mild", mild);
  place.replaceChildren();
  if (!title) return;
  const boxes = messages.map((one) => problem(one, texts));
  if (mild) place.append(folded(title, messages[0], boxes, opened));
  else place.append(element("p", "", title), ...boxes);
}

function folded(title, first, boxes, opened) {
  const details = Object.assign(document.createElement("details"), { open: opened });
  const summary = element("summary");
  summary.append(element("b", "", title), ` ${position(first)} ${first.message}`);
  details.append(summary, ...boxes);
  return details;
}

function position({ file, line, column }) {
  return [file, line, column].filter((part) => part != null).join(":");
}

function problem(one, texts) {
  const box = element("div", `problem ${one.severity ?? "error"}`);
  box.append(element("p", "where", position(one)), element("p", "message", one.message));
  const text = texts.find(({ file }) => file === one.file);
  if (text && one.line) box.append(excerpt(text.code.split("\n"), one.line, one.column));
  else if (one.source) box.append(excerpt([one.source], 1, null));
  if (one.hint) box.append(element("p", "hint", one.hint));
  return box;
}

function excerpt(rows, line, column) {
  const block = element("pre");
  const last = Math.min(line + AROUND, rows.length);
  for (let at = Math.max(1, line - AROUND); at <= last; at++) {
    const row = element("span", at === line ? "at" : "");
    row.append(element("i", "", String(at)), rows[at - 1].replace(/\r$/, ""));
    block.append(row);
    if (at === line && column) block.append(caret(rows[at - 1], column));
  }
  return block;
}

/** A mark under a column: tabs before it stay tabs. */
function caret(row, column) {
  const mark = element("span", "caret");
  const before = row.slice(0, column - 1).replace(/[^\t]/g, " ");
  mark.append(element("i"), `${before}^`);
  return mark;
}

function element(kind, className = "", text = "") {
  const made = document.createElement(kind);
  made.className = className;
  made.textContent = text;
  return made;
}
