// `make shots`: the client page's states, from a server in memory.
import { resolve } from "node:path";
import { PAGE_STATES } from "./page-states";
import { test } from "./pages";

const FOLDER = process.env["SHOTS"] ?? resolve(__dirname, "../../../docs/screenshots");
const NARROW_TOO = [
  "client-landing",
  "client-before",
  "client-intake",
  "client-waiting",
  "client-chat",
  "client-code",
];

for (const { name, reach } of PAGE_STATES) {
  const also = NARROW_TOO.includes(name);
  for (const language of also ? (["id", "en"] as const) : (["id"] as const)) {
    for (const width of also ? [320, 390, 1280] : [390, 1280]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const file = `${name}.${language}.${width}.${colorScheme}.png`;
        test(file, async ({ browser, pages }) => {
          const context = await browser.newContext({
            viewport: { width, height: width < 768 ? 844 : 900 },
            colorScheme,
            hasTouch: width < 768,
            isMobile: width < 768,
          });
          const page = await context.newPage();
          await pages.open(page, language);
          await reach(page, pages);
          await page.screenshot({ path: resolve(FOLDER, file) });
          await context.close();
        });
      }
    }
  }
}
