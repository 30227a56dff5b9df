// A small phone in a shaking hand: taps that come twice, a keyboard that leaves a strip of the page.
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./people";

test.use({ hasTouch: true, isMobile: true });

/** The middle of a button. */
async function middle(button: Locator): Promise<{ x: number; y: number }> {
  const box = await button.boundingBox();
  if (box === null) throw new Error("the button is not on the page");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
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
