// A small phone in a shaking hand: taps that come twice, a keyboard that leaves a strip of the page.
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./people";

test.use({ hasTouch: true, isMobile: true });

const SMALL = { width: 320, height: 568 };
const WITH_KEYBOARD = { width: 320, height: 260 };

/** The middle of a button. */
async function middle(button: Locator): Promise<{ x: number; y: number }> {
  const box = await button.boundingBox();
  if (box === null) throw new Error("the button is not on the page");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** How much of the page stands free between its top and the dock. */
async function free(page: Page): Promise<number> {
  return (await page.locator(".dock").boundingBox())?.y ?? 0;
}

test("a double tap ends the questions and presses nothing on the next page", async ({ client }) => {
  // The line without its talk: how it looks in the moment of the second tap.
  const toTheQuestions = async (): Promise<Page> => {
    const { page } = await client();
    await page.route(/assets\/talk-.*\.js$/, () => undefined);
    await page.reload();
    await page.locator("html[data-ready]").waitFor();
    await page.setViewportSize({ width: 390, height: 760 });
    await page.getByTestId("start").tap();
    await page.getByTestId("accept").tap();
    return page;
  };
  const calm = await toTheQuestions();
  await calm.getByTestId("intake-next").tap();
  const offer = await middle(calm.getByTestId("show-code"));

  const page = await toTheQuestions();
  const next = page.getByTestId("intake-next");
  await next.scrollIntoViewIfNeeded();
  const { y } = await middle(next);
  await page.evaluate((by) => window.scrollBy(0, by), y - offer.y);
  const { x, y: at } = await middle(next);
  expect(Math.abs(at - offer.y)).toBeLessThan(8);
  await page.touchscreen.tap(x, at);
  await page.touchscreen.tap(x, at);
  await expect(page.getByTestId("queue-place")).toBeVisible();
  await expect(page.getByTestId("show-code")).toBeVisible();
  // By key it is one press, and one is meant.
  await page.getByTestId("show-code").press("Enter");
  await expect(page.getByTestId("queue-place")).toHaveCount(0);
});

for (const [what, size] of [
  ["a small phone", SMALL],
  ["a small phone with its keyboard open", WITH_KEYBOARD],
] as const) {
  test(`the emergency card shows a number at once: ${what}`, async ({ client }) => {
    const rina = await client();
    await rina.page.setViewportSize(SMALL);
    await rina.waitInLine();
    await rina.page.setViewportSize(size);
    await rina.page.getByTestId("danger").click();
    const number = await rina.page.locator('.card a[href="tel:110"] .num').boundingBox();
    expect(number?.y).toBeGreaterThanOrEqual(0);
    expect((number?.y ?? 0) + (number?.height ?? 999)).toBeLessThanOrEqual(await free(rina.page));
  });
}

test("the emergency card of the first page shows a number at once", async ({ client }) => {
  const { page } = await client();
  await page.setViewportSize(SMALL);
  await page.getByTestId("danger").click();
  const number = await page.locator('.card a[href="tel:110"] .num').boundingBox();
  expect(number?.y).toBeGreaterThanOrEqual(0);
  expect((number?.y ?? 0) + (number?.height ?? 999)).toBeLessThanOrEqual(await free(page));
});

test("what she sends while she waits comes into view, with its mark", async ({ client }) => {
  const rina = await client();
  await rina.page.setViewportSize(SMALL);
  await rina.waitInLine();
  for (const text of ["satu", "dua, yang lebih panjang supaya barisnya lebih dari satu", "tiga"]) {
    await rina.write(text);
    await rina.marked(text, "stored");
    const box = await rina.from("client", text).boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.y ?? 0) + (box?.height ?? 999)).toBeLessThanOrEqual(await free(rina.page));
  }
});
