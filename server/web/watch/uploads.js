// Another track or photo: dropped on the page, or chosen.

const at = (id) => document.getElementById(id);
const PHOTOS = /\.(?:jpe?g|png|webp|gif|bmp|hei[cf]|avif|tiff?)$/i;
const REFUSED = "refused files";
const KINDS = { audio: "Track", photo: "Photo", photo2: "Second photo" };

const sending = new Set();
let refused = [];

/** Load the page again, with the other material, once every file is sent. */
export async function reload() {
  while (sending.size) await Promise.all(sending);
  if (refused.length) sessionStorage.setItem(REFUSED, refused.join(" · "));
  location.reload();
}

/** Say which files were refused before the page was loaded again. */
export function sayRefused(say) {
  const words = sessionStorage.getItem(REFUSED);
  sessionStorage.removeItem(REFUSED);
  if (words) say(words, "bad");
}

/**
 * Take files for the page.
 * @param {object} film - of GET /film
 * @param {function(string, string): void} say - called with what happens and its state (`good`…)
 */
export function drops(film, say) {
  let kind = "audio";
  for (const [name, words] of Object.entries(KINDS)) {
    const button = at(`pick-${name}`);
    const file = film.names[name].split("/").at(-1);
    button.textContent = file;
    button.title = `${words}: ${film.names[name]}. Choose another, or drop one on the page`;
    button.setAttribute("aria-label", `${words} ${file}: choose another`);
    button.onclick = () => {
      kind = name;
      at("chosen").accept = name === "audio" ? "audio/*,video/*" : "image/*";
      at("chosen").click();
    };
  }
  at("chosen").onchange = () => {
    const [file] = at("chosen").files;
    if (file) void sendAll([[file, kind]], say);
    at("chosen").value = "";
  };
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    at("drop").hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) at("drop").hidden = true;
  });
  addEventListener("drop", (event) => {
    at("drop").hidden = true;
    if (!files(event)) return;
    event.preventDefault();
    const second = event.target.closest?.("#pick-photo2") !== null;
    void sendAll([...event.dataTransfer.files].map((file) => [file, kindOf(file, second)]), say);
  });
}

function kindOf(file, second) {
  if (!file.type.startsWith("image/") && !PHOTOS.test(file.name)) return "audio";
  return second ? "photo2" : "photo";
}

/** Send files one after another; reload() waits for the last. */
async function sendAll(files, say) {
  if (!sending.size) refused = [];
  const all = (async () => {
    for (const [file, kind] of files) await send(file, kind, say);
  })();
  sending.add(all);
  await all;
  sending.delete(all);
}

/** Send a file; the server tells all pages of it when it is in use. */
async function send(file, kind, say) {
  say(kind === "audio" ? `analysing ${file.name}` : `preparing ${file.name}`, "");
  try {
    const url = `/drop/${kind}?name=${encodeURIComponent(file.name)}`;
    const answer = await fetch(url, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    if (!answer.ok) refuse(file, (await answer.json()).reason, say);
  } catch (error) {
    refuse(file, error.message, say);
  }
}

function refuse(file, why, say) {
  refused.push(`${file.name}: ${why}`);
  say(refused.join(" · "), "bad");
}
