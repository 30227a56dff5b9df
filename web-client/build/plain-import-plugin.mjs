/**
 * Leaves `import()` as it stands. Vite wraps each in a helper that loads styles first, by links
 * without a hash; whatever comes later here has no styles of its own (`bundle.test.ts`).
 * @returns {import("vite").Plugin}
 */
export function plainImport() {
  return {
    name: "plain-import",
    enforce: "pre",
    load: (id) =>
      id.endsWith("vite/preload-helper.js")
        ? "export const __vitePreload = (load) => load();"
        : undefined,
  };
}
