import js from "@eslint/js";
import globals from "globals";
import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist", "node_modules", "src/lib/protocol/generated"] },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // Nothing about a person may reach a console; a desk's console can be screenshotted.
      "no-console": "error",
      "svelte/no-at-html-tags": "error",
      // The content security policy refuses a style that stands in an element.
      "svelte/no-inline-styles": ["error", { allowTransitions: false }],
      // Signed bytes and indices are checked where they are parsed; `!` hides the check.
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  { files: ["scripts/**", "tests/**", "*.config.*"], rules: { "no-console": "off" } },
);
