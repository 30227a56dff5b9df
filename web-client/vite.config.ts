import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { copyDeck } from "./build/copy-plugin.mjs";
import { plainImport } from "./build/plain-import-plugin.mjs";
import { webCryptoOnly } from "./build/web-crypto-plugin.mjs";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
  plugins: [svelte(), copyDeck(root), plainImport(), webCryptoOnly()],
  // The server serves what stands here and nothing else; there is no public folder.
  publicDir: false,
  // A library calls it; the phones of `target` do not have it. The same call, as old as the language.
  define: { "Object.hasOwn": "Object.prototype.hasOwnProperty.call" },
  build: {
    // Phones that people still have. Vite's own default would cut off Chrome before 111.
    target: ["chrome90", "safari14", "firefox90"],
    manifest: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    // For those phones a field becomes an assignment, which is shorter: none here hides a setter.
    rolldownOptions: { transform: { assumptions: { setPublicClassFields: true } } },
  },
});
