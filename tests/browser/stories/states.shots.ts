// `make shots`: a picture of every state, for people who would rather look than read.
import { resolve } from "node:path";
import { test } from "./service";
import { STATES } from "./states";

const FOLDER = resolve(__dirname, "../../../docs/screenshots");
const SIZES = [
  { width: 320, height: 640 },
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
];

for (const { name, language, reach } of STATES) {
  for (const size of SIZES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const file = `${name}.${language}.${size.width}.${colorScheme}.png`;
      test(file, async ({ browser, service }) => {
        const context = await browser.newContext({
          viewport: size,
          colorScheme,
          hasTouch: size.width < 768,
          isMobile: size.width < 768,
        });
        const page = await context.newPage();
        await reach(page, service);
        await page.screenshot({ path: resolve(FOLDER, file) });
        await context.close();
      });
    }
  }
}
