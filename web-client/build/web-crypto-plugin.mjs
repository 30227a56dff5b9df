/**
 * A library looks for WebCrypto in Node's modules where the browser has none. Ours all have it, so
 * the way there, a file of its own with a hash on every page, is left out.
 * @returns {import("vite").Plugin}
 */
export function webCryptoOnly() {
  return {
    name: "web-crypto-only",
    enforce: "pre",
    transform: {
      filter: { id: /@hpke\/common/, code: /import\("crypto"\)/ },
      handler: (code) => code.replaceAll('import("crypto")', "{}"),
    },
  };
}
