// Builds the web client: the bundles, then each page as HTML that needs no script to be read.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** @typedef {{ file: string, css?: string[] }} Chunk what Vite's manifest says of an entry */

/**
 * A file's hash for the `integrity` attribute.
 * @param {string} file
 */
function integrity(file) {
  return `sha384-${createHash("sha384")
    .update(readFileSync(join(dist, file)))
    .digest("base64")}`;
}

/**
 * The whole HTML of a page; the server fills the `{{..}}` in.
 * @param {string} language
 * @param {string} title
 * @param {string} body
 * @param {Chunk} entry
 */
function page(language, title, body, entry) {
  const styles = (entry.css ?? [])
    .map((file) => `<link rel="stylesheet" href="/${file}" integrity="${integrity(file)}">`)
    .join("");
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="/icon.svg">
${styles}
<script type="module" src="/${entry.file}" integrity="${integrity(entry.file)}"></script>
</head>
<body data-org-name="{{org_name}}" data-org-contact="{{org_contact}}" data-exit-url="{{exit_url}}" data-notice-band-id="{{notice_band_id}}" data-notice-band-en="{{notice_band_en}}">
<div id="app">${body}</div>
</body>
</html>
`;
}

const scratch = mkdtempSync(join(root, "node_modules/.prerender-"));
try {
  await build({ root, logLevel: "warn" });
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
  /** @type {Record<string, Chunk>} */
  const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
  for (const name of ["client", "staff"]) {
    const entry = manifest[`src/${name}/main.ts`];
    if (entry === undefined) throw new Error(`the manifest names no ${name} entry`);
    const prerendered = await import(pathToFileURL(join(scratch, `${name}.js`)).href);
    for (const language of ["id", "en"]) {
      const { html, title } = prerendered.body(language);
      writeFileSync(join(dist, `${name}.${language}.html`), page(language, title, html, entry));
    }
  }
  writeFileSync(join(dist, "icon.svg"), readFileSync(join(root, "src/client/icon.svg")));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
