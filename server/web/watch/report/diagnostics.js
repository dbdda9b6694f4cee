// The diagnostics of the author's files: messages with the line, a caret under it, and a hint.

const CONTEXT_LINES = 2;

/**
 * Show diagnostics, or nothing. Warnings alone take one line until they are opened: the preview is
 * more important then.
 * @param {HTMLElement} container
 * @param {string} title - a sentence; empty to show nothing
 * @param {object[]} diagnostics - {file, line, column, severity, message, hint}
 * @param {{file: string, code: string}[]} files - the author's
 */
export function showDiagnostics(container, title, diagnostics, files) {
  const isOpen = container.querySelector("details")?.open;
  const isWarning = ({ severity }) => severity === "warning";
  const areWarnings = diagnostics.length > 0 && diagnostics.every(isWarning);
  container.hidden = !title;
  container.classList.toggle("mild", areWarnings);
  container.replaceChildren();
  if (!title) return;
  const boxes = diagnostics.map((diagnostic) => diagnosticBox(diagnostic, files));
  if (areWarnings) container.append(foldedBoxes(title, diagnostics[0], boxes, isOpen));
  else container.append(element("p", "", title), ...boxes);
}

function foldedBoxes(title, first, boxes, isOpen) {
  const details = Object.assign(document.createElement("details"), { open: isOpen });
  const summary = element("summary");
  summary.append(element("b", "", title), ` ${position(first)} ${first.message}`);
  details.append(summary, ...boxes);
  return details;
}

function position({ file, line, column }) {
  return [file, line, column].filter((part) => part != null).join(":");
}

function diagnosticBox(diagnostic, files) {
  const { severity, message, hint, line, column, source } = diagnostic;
  const box = element("div", `diagnostic ${severity ?? "error"}`);
  box.append(element("p", "position", position(diagnostic)), element("p", "message", message));
  const file = files.find((other) => other.file === diagnostic.file);
  if (file && line) box.append(excerpt(file.code.split("\n"), line, column));
  else if (source) box.append(excerpt([source], 1, null));
  if (hint) box.append(element("p", "hint", hint));
  return box;
}

/** Create the lines around the one of a diagnostic. */
function excerpt(lines, line, column) {
  const block = element("pre");
  const last = Math.min(line + CONTEXT_LINES, lines.length);
  for (let number = Math.max(1, line - CONTEXT_LINES); number <= last; number++) {
    const text = lines[number - 1];
    const row = element("span", number === line ? "marked" : "");
    row.append(element("i", "", String(number)), text.replace(/\r$/, ""));
    block.append(row);
    if (number === line && column) block.append(caret(text, column));
  }
  return block;
}

/** Create a caret under a column; tabs before it stay tabs. */
function caret(text, column) {
  const line = element("span", "caret");
  const before = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  line.append(element("i"), `${before}^`);
  return line;
}

function element(tag, className = "", text = "") {
  const created = document.createElement(tag);
  created.className = className;
  created.textContent = text;
  return created;
}
