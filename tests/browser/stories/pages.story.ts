// The client page, state by state: nothing that hinders, nothing that stays, always a way out.
import AxeBuilder from "@axe-core/playwright";
import type { BrowserContext, Page } from "@playwright/test";
import { PAGE_STATES, talking, waiting, write } from "./page-states";
import { expect, test } from "./pages";

for (const { name, reach } of PAGE_STATES) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing: ${name}, ${colorScheme}`, async ({ browser, pages }) => {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      await pages.open(page);
      await reach(page, pages);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      await context.close();
    });
  }

  test(`a small phone with large letters: ${name}`, async ({ browser, pages }) => {
    const phone = { hasTouch: true, isMobile: true };
    const context = await browser.newContext({ ...phone, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    await pages.open(page);
    await reach(page, pages);
    await noSidewaysScroll(page, 320);
    await page.setViewportSize({ width: 360, height: 640 });
    await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
    await noSidewaysScroll(page, 360);
    await context.close();
  });
}

/** Nothing stands beside the page, and the exit is whole and in reach. */
async function noSidewaysScroll(page: Page, width: number): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const exit = await page.getByTestId("exit").boundingBox();
  expect(exit?.height).toBeGreaterThanOrEqual(48);
  expect((exit?.x ?? 0) + (exit?.width ?? 999)).toBeLessThanOrEqual(width);
  expect((exit?.y ?? 0) + (exit?.height ?? 999)).toBeLessThanOrEqual(640);
}

async function nothingStays(context: BrowserContext, page: Page): Promise<void> {
  expect(await context.cookies()).toEqual([]);
  expect(
    await page.evaluate(async () => ({
      local: window.localStorage.length,
      session: window.sessionStorage.length,
      databases: (await window.indexedDB.databases()).length,
      caches: (await window.caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    })),
  ).toEqual({ local: 0, session: 0, databases: 0, caches: 0, workers: 0 });
}

const BEFORE = "about:blank";

/** She is out: the exit page stands there, and Back leads past ours. */
async function isOut(page: Page, exitUrl: string): Promise<void> {
  await page.waitForURL(exitUrl);
  await page.goBack();
  expect(page.url()).toBe(BEFORE);
}

test("exit in the middle of a chat: the server is told, nothing stays, Back shows nothing", async ({
  context,
  page,
  pages,
}) => {
  const problems: string[] = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(BEFORE);
  await pages.open(page);
  await talking(page, pages);
  await nothingStays(context, page);
  expect(await page.evaluate(() => window.history.length)).toBe(2);
  await page.getByTestId("exit").click();
  await isOut(page, pages.exitUrl);
  await expect.poll(() => pages.service.locked).toEqual([pages.service.token]);
  expect(problems).toEqual([]);
});

test("after the skip link Back shows nothing either", async ({ page, pages }) => {
  await page.goto(BEFORE);
  await pages.open(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator("#isi")).toBeFocused();
  await page.getByTestId("exit").click();
  await isOut(page, pages.exitUrl);
});

for (const [what, act] of [
  ["before its script has come", "hold"],
  ["when its script fails", "fail"],
] as const) {
  test(`the exit works ${what}`, async ({ page, pages }) => {
    await page.route(/assets\/client-.*\.js$/, async (route) => {
      if (act === "fail") await route.abort();
    });
    await page.goto(BEFORE);
    await page.goto(`${pages.url}/`, { waitUntil: "commit" });
    await page.getByTestId("exit").click();
    await isOut(page, pages.exitUrl);
  });
}

test("Shift three times leaves in the chat; capital letters do not", async ({ page, pages }) => {
  await page.goto(BEFORE);
  await pages.open(page);
  await waiting(page);
  await page.getByTestId("composer").pressSequentially("AAA");
  await expect(page.getByTestId("composer")).toHaveValue("AAA");
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("Shift");
  await isOut(page, pages.exitUrl);
});

test("a sentence begun while waiting goes on in the chat", async ({ page, pages }) => {
  await pages.open(page);
  await waiting(page);
  await write(page, "baris satu\n  baris dua");
  await page.getByTestId("composer").fill("belum selesai");
  await pages.service.claim("Rini");
  await expect(page.getByText("Konselor Rini sudah masuk.")).toBeVisible();
  await expect(page.getByTestId("composer")).toHaveValue("belum selesai");
  await expect(page.getByTestId("composer")).toBeFocused();
  const bubble = page.locator(".bubble").first();
  await expect(bubble).toHaveCSS("white-space", "pre-wrap");
  expect(await pages.service.texts()).toEqual([]);
});

test("danger shows the numbers at once and makes her turn come earlier", async ({
  page,
  pages,
}) => {
  await pages.open(page);
  await page.getByTestId("danger").click();
  await expect(page.locator('a[href="tel:110"]')).toBeVisible();
  await page.getByTestId("start").click();
  await page.getByTestId("accept").click();
  await page.getByTestId("intake-next").click();
  await expect(page.getByTestId("queue-place")).toBeVisible();
  await expect.poll(() => pages.service.opening?.routing.level).toBe(3);
});

test("with the code everything is there in another browser", async ({ browser, page, pages }) => {
  await pages.open(page);
  await talking(page, pages);
  await page.getByTestId("show-code").click();
  await expect(page.getByTestId("case-code")).toHaveText(/•/);
  await page.getByTestId("show-code").click();
  const code = (await page.getByTestId("case-code").innerText()).replace(/\D/g, "");
  await page.getByTestId("code-confirm").fill(code.slice(16));
  await page.getByTestId("code-check").click();
  await expect(page.getByText("Cocok.")).toBeVisible();

  const context = await browser.newContext();
  const other = await context.newPage();
  await pages.open(other);
  await other.getByTestId("have-code").click();
  await other.getByTestId("code-input").fill(`${code.slice(0, 19)}${(Number(code[19]) + 1) % 10}`);
  await other.getByTestId("code-submit").click();
  await expect(other.getByText("Ada angka yang keliru")).toBeVisible();
  await other.getByTestId("code-input").fill(code.replace(/(.{4})/g, "$1-"));
  await other.getByTestId("code-submit").click();
  await expect(
    other.getByTestId("message").filter({ hasText: "aman, sampai malam" }),
  ).toBeVisible();
  await nothingStays(context, other);

  await expect(page.getByRole("heading", { name: "Dilanjutkan di tempat lain" })).toBeVisible();
  await page.getByTestId("exit").click();
  await page.waitForURL(pages.exitUrl);
  await context.close();
});
