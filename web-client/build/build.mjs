// Builds the web client: the bundles, then each page as HTML that needs no script to be read.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** @typedef {{ file: string, isEntry?: boolean, css?: string[], imports?: string[] }} Chunk what Vite's manifest says */

/**
 * A file's hash for the `integrity` attribute.
 * @param {string} file
 */
function integrity(file) {
  return `sha256-${createHash("sha256")
    .update(readFileSync(join(dist, file)))
    .digest("base64")}`;
}

/**
 * The import map of a page: a hash for every file that its scripts may import, now or later. The
 * browser holds what it fetches against it; the server allows this one text by its hash.
 * @param {Record<string, Chunk>} manifest
 */
function importMap(manifest) {
  const files = Object.values(manifest)
    .filter(({ file, isEntry }) => file.endsWith(".js") && isEntry !== true)
    .map(({ file }) => [`/${file}`, integrity(file)]);
  return JSON.stringify({ integrity: Object.fromEntries(files) });
}

/**
 * An entry with all its styles: those of a chunk that it shares with another entry come first.
 * @param {Record<string, Chunk>} manifest
 * @param {string} name
 * @returns {Chunk}
 */
function entryOf(manifest, name) {
  const entry = manifest[name];
  if (entry === undefined) throw new Error(`the manifest has no ${name}`);
  const shared = (entry.imports ?? []).flatMap((one) => entryOf(manifest, one).css ?? []);
  return { ...entry, css: [...new Set([...shared, ...(entry.css ?? [])])] };
}

/**
 * The whole HTML of a page; the server fills the `{{..}}` in. On a client page the exit's script
 * comes first and is a classic one, so that the exit works before and without all the rest.
 * @param {string} name
 * @param {string} language
 * @param {{ html: string, title: string }} rendered
 * @param {{ exit?: Chunk, main: Chunk, map: string }} entries
 */
function page(name, language, { html, title }, { exit, main: entry, map }) {
  const styles = (entry.css ?? [])
    .map((file) => `<link rel="stylesheet" href="/${file}" integrity="${integrity(file)}">`)
    .join("");
  const first =
    exit === undefined
      ? ""
      : `<script src="/${exit.file}" integrity="${integrity(exit.file)}"></script>\n`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="/icon.svg">
${first}<script type="importmap">${map}</script>
${styles}
<script type="module" src="/${entry.file}" integrity="${integrity(entry.file)}"></script>
</head>
<body data-page="${name}" data-org-id="{{org_id}}" data-root="{{root}}" data-org-name="{{org_name}}" data-org-contact="{{org_contact}}" data-exit-url="{{exit_url}}" data-notice-band-id="{{notice_band_id}}" data-notice-band-en="{{notice_band_en}}">
<div id="app">${html}</div>
</body>
</html>
`;
}

/**
 * Builds the entries of one kind of page. Each kind is built by itself: chunks that two kinds share
 * would carry the desk's part of a library to every client.
 * @param {Record<string, string>} input
 * @param {string} manifest
 * @param {boolean} isFirst
 * @returns {Promise<Record<string, Chunk>>}
 */
async function bundle(input, manifest, isFirst) {
  await build({
    root,
    logLevel: "warn",
    build: { manifest, emptyOutDir: isFirst, rolldownOptions: { input } },
  });
  return JSON.parse(readFileSync(join(dist, manifest), "utf8"));
}

const scratch = mkdtempSync(join(root, "node_modules/.prerender-"));
try {
  const clients = await bundle(
    { client: "src/client/main.ts", exit: "src/client/exit.ts" },
    ".vite/manifest.json",
    true,
  );
  const desks = await bundle({ staff: "src/staff/main.ts" }, ".vite/staff.json", false);
  await build({
    root,
    logLevel: "warn",
    build: {
      ssr: true,
      outDir: scratch,
      emptyOutDir: true,
      manifest: false,
      rolldownOptions: {
        input: { client: "src/client/prerender.ts", staff: "src/staff/prerender.ts" },
      },
    },
  });
  const main = entryOf(clients, "src/client/main.ts");
  const exit = entryOf(clients, "src/client/exit.ts");
  const map = importMap(clients);
  const desk = { main: entryOf(desks, "src/staff/main.ts"), map: importMap(desks) };
  const client = await import(pathToFileURL(join(scratch, "client.js")).href);
  for (const name of ["landing", "numbers"]) {
    for (const language of ["id", "en"]) {
      const html = page(name, language, client.body(name, language), { exit, main, map });
      // The file that the server has always served says nothing but the numbers.
      const file = name === "numbers" ? "client" : name;
      writeFileSync(join(dist, `${file}.${language}.html`), html);
    }
  }
  const staff = await import(pathToFileURL(join(scratch, "staff.js")).href);
  for (const language of ["id", "en"]) {
    const html = page("staff", language, staff.body(language), desk);
    writeFileSync(join(dist, `staff.${language}.html`), html);
  }
  writeFileSync(join(dist, "icon.svg"), readFileSync(join(root, "src/client/icon.svg")));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
