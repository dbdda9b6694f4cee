// Run a function of a module with the client that a server serves; print what it shows, as JSON.
//
//   node run.mjs SERVER MODULE FUNCTION ARGUMENTS
//
// ARGUMENTS are JSON; `audio` and `image` are paths, which the function gets as blobs.

import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [server, module, name, text] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "toqibox-client-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const file = join(folder, "toqibox.mjs");
writeFileSync(file, await (await fetch(`${server}/client/toqibox.js`)).text());
const client = await import(pathToFileURL(file));
const functions = await import(pathToFileURL(module));
const options = JSON.parse(text);
for (const kind of ["audio", "image"]) {
  if (kind in options) options[kind] = await openAsBlob(options[kind]);
}
await functions[name](client, options, (value) => console.log(JSON.stringify(value)));
