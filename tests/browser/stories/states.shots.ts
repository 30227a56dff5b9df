// `make shots`: a picture of every state, for people who would rather look than read.
import type { Page } from "@playwright/test";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "./people";
import { smaller } from "./png";
import { BAND, band, firstDay, MORE_CLOSELY, SCENES, type Look } from "./states";

const FOLDER = process.env["SHOTS"] ?? resolve(__dirname, "../../../docs/screenshots");

mkdirSync(FOLDER, { recursive: true });

async function shoot(page: Page, state: string): Promise<void> {
  const { width } = page.viewportSize() ?? { width: 0 };
  const language = await page.locator("html").getAttribute("lang");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const file = `${state}.${language}.${width}.${colorScheme}.png`;
    const png = await page.screenshot({ caret: "hide" });
    writeFileSync(resolve(FOLDER, file), smaller(png));
  }
}

const closely: Look = async (page, state) => {
  if (MORE_CLOSELY.includes(state)) await shoot(page, state);
};

const phone = (width: number) => ({
  viewport: { width, height: width === 320 ? 640 : 844 },
  hasTouch: true,
  isMobile: true,
});

const SETS = [
  { name: "on a phone", use: phone(390), look: shoot },
  { name: "on a desktop", use: { viewport: { width: 1280, height: 900 } }, look: shoot },
  { name: "on the narrowest phone", use: phone(320), look: closely },
  { name: "in English", use: { ...phone(390), language: "en" as const }, look: closely },
];

for (const { name, use, look } of SETS) {
  test.describe(name, () => {
    test.use(use);
    const isWhole = look === shoot;
    for (const [scene, play] of Object.entries(SCENES)) {
      if (isWhole || ["before the talk", "the talk"].includes(scene)) {
        test(`${scene}, ${name}`, ({ actors }) => play(actors, look));
      }
    }
    if (!isWhole) return;
    test(`the first day, ${name}`, ({ page, bare }) => firstDay(page, bare, look));
    test.describe("with a band", () => {
      test.use({ settings: BAND });
      test(`the band, ${name}`, ({ actors }) => band(actors, look));
    });
  });
}
