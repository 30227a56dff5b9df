// Every state: nothing that hinders, on a desktop and on a small phone with large letters.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./people";
import { BAND, band, firstDay, SCENES, type Look } from "./states";

const axe: Look = async (page, state) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    expect.soft(found, `${state}, ${colorScheme}`).toEqual([]);
  }
};

const NARROW = { width: 320, height: 640 };

/** Nothing stands beside a client's page, and its exit is whole and in reach. */
const small: Look = async (page, state) => {
  if (!state.startsWith("client-")) return;
  await page.setViewportSize(NARROW);
  await inReach(page, NARROW.width, state);
  await page.setViewportSize({ ...NARROW, width: 360 });
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  await inReach(page, 360, `${state}, text at 200 %`);
  await page.evaluate(() => document.documentElement.style.removeProperty("font-size"));
};

async function inReach(page: Page, width: number, state: string): Promise<void> {
  expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), state).toBe(width);
  const exit = await page.getByTestId("exit").boundingBox();
  expect.soft(exit?.height, state).toBeGreaterThanOrEqual(48);
  expect.soft((exit?.x ?? 0) + (exit?.width ?? 999), state).toBeLessThanOrEqual(width);
  expect.soft((exit?.y ?? 0) + (exit?.height ?? 999), state).toBeLessThanOrEqual(NARROW.height);
}

for (const [name, play] of Object.entries(SCENES)) {
  test(`axe finds nothing: ${name}`, ({ actors }) => play(actors, axe));
}

test("axe finds nothing: the first day", ({ page, bare }) => firstDay(page, bare, axe));

test.describe("with a band", () => {
  test.use({ settings: BAND });
  test("axe finds nothing: the band", ({ actors }) => band(actors, axe));
});

test.describe("on a small phone", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: NARROW });
  for (const name of ["before the talk", "the talk", "what goes wrong", "the times"]) {
    test(`the exit is in reach: ${name}`, ({ actors }) => SCENES[name]?.(actors, small));
  }
});
