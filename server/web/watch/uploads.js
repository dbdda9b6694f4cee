// Uploads of another track or photo: a file that is dropped on the page, or chosen.

import { byId } from "./common/dom.js";

const IMAGE_NAMES = /\.(?:jpe?g|png|webp|gif|bmp|hei[cf]|avif|tiff?)$/i;
const REJECTED_KEY = "rejected files";
const KIND_LABELS = { audio: "Track", photo: "Photo", photo2: "Second photo" };

const uploads = new Set();
let rejected = [];

/** Reload the page with the other media, once every file is uploaded. */
export async function reloadPage() {
  while (uploads.size) await Promise.all(uploads);
  if (rejected.length) sessionStorage.setItem(REJECTED_KEY, rejected.join(" · "));
  location.reload();
}

/** Show which files were rejected before the page was reloaded. */
export function showRejectedFiles(showStatus) {
  const text = sessionStorage.getItem(REJECTED_KEY);
  sessionStorage.removeItem(REJECTED_KEY);
  if (text) showStatus(text, "bad");
}

/**
 * Accept files for the page.
 * @param {object} config - of GET /config
 * @param {function(string, string): void} showStatus - called with a text and its kind
 */
export function acceptUploads(config, showStatus) {
  let chosenKind = "audio";
  for (const [kind, label] of Object.entries(KIND_LABELS)) {
    const button = byId(`pick-${kind}`);
    const path = config.names[kind];
    const name = path.split("/").at(-1);
    button.textContent = name;
    button.title = `${label}: ${path}. Choose another, or drop one on the page`;
    button.setAttribute("aria-label", `${label} ${name}: choose another`);
    button.onclick = () => {
      chosenKind = kind;
      byId("file-input").accept = kind === "audio" ? "audio/*,video/*" : "image/*";
      byId("file-input").click();
    };
  }
  byId("file-input").onchange = () => {
    const [file] = byId("file-input").files;
    if (file) void uploadAll([[file, chosenKind]], showStatus);
    byId("file-input").value = "";
  };
  acceptDrops(showStatus);
}

function acceptDrops(showStatus) {
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    byId("drop-hint").hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) byId("drop-hint").hidden = true;
  });
  addEventListener("drop", (event) => {
    byId("drop-hint").hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    const isSecond = event.target.closest?.("#pick-photo2") !== null;
    const files = [...event.dataTransfer.files].map((file) => [file, kindOf(file, isSecond)]);
    void uploadAll(files, showStatus);
  });
}

function kindOf(file, isSecond) {
  if (!file.type.startsWith("image/") && !IMAGE_NAMES.test(file.name)) return "audio";
  return isSecond ? "photo2" : "photo";
}

/** Upload files one after another; reloadPage() waits for the last. */
async function uploadAll(files, showStatus) {
  if (!uploads.size) rejected = [];
  const upload = (async () => {
    for (const [file, kind] of files) await uploadFile(file, kind, showStatus);
  })();
  uploads.add(upload);
  await upload;
  uploads.delete(upload);
}

/** Upload a file; the server notifies every page once it is in use. */
async function uploadFile(file, kind, showStatus) {
  showStatus(kind === "audio" ? `analysing ${file.name}` : `preparing ${file.name}`, "");
  try {
    const url = `/drop/${kind}?name=${encodeURIComponent(file.name)}`;
    const headers = { "Content-Type": "application/octet-stream" };
    const response = await fetch(url, { method: "POST", body: file, headers });
    if (!response.ok) reject(file, (await response.json()).reason, showStatus);
  } catch (error) {
    reject(file, error.message, showStatus);
  }
}

function reject(file, reason, showStatus) {
  rejected.push(`${file.name}: ${reason}`);
  showStatus(rejected.join(" · "), "bad");
}
