// A client opens the page of an organisation that has no staff list yet: numbers, and a way out.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./service";
import { open, STATES } from "./states";

/** A page that she had open before ours. */
const BEFORE = "about:blank";

async function nothingStays(page: Page): Promise<void> {
  expect(await page.context().cookies()).toEqual([]);
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

test("a client sees whom to call, and nothing of it stays on her phone", async ({
  page,
  service,
}) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(service.url)) foreign.push(request.url());
  });
  const problems: string[] = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));

  await open(page, `${service.url}/`);
  for (const href of ["tel:110", "tel:129", "tel:119", "https://wa.me/628111129129"]) {
    await expect(page.locator(`a[href="${href}"]`)).toBeVisible();
  }
  await expect(page.getByText("Dikelola oleh Rumah Aman Semarang")).toBeVisible();
  await expect(page).toHaveTitle("Catatan");
  await nothingStays(page);
  expect(foreign).toEqual([]);
  expect(problems).toEqual([]);
});

test("she reads it in English without a new entry in the history", async ({ page, service }) => {
  await open(page, `${service.url}/`);
  const entries = await page.evaluate(() => window.history.length);
  await page.getByTestId("language").click();
  await expect(page.getByText("Run by Rumah Aman Semarang")).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page).toHaveTitle("Notes");
  expect(await page.evaluate(() => window.history.length)).toBe(entries);
  await page.getByTestId("language").click();
  await expect(page.getByText("Dikelola oleh")).toBeVisible();
});

test("one tap on the exit, and Back never shows the page again", async ({ page, service }) => {
  await page.goto(BEFORE);
  await open(page, `${service.url}/`);
  await page.getByTestId("exit").click();
  await page.waitForURL(service.exitUrl);
  await page.goBack();
  expect(page.url()).toBe(BEFORE);
});

test("Shift three times leaves; typing a capital letter does not", async ({ page, service }) => {
  await open(page, `${service.url}/`);
  await page.keyboard.press("Shift+A");
  await page.keyboard.press("Shift");
  await expect(page.getByText("Shift. Tekan 2 kali lagi untuk keluar.")).toBeAttached();
  await page.keyboard.press("Shift");
  await page.keyboard.press("Shift");
  await page.waitForURL(service.exitUrl);
});

test("without JavaScript the numbers stand there and the exit is a link", async ({
  browser,
  service,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${service.url}/`);
  await expect(page.locator('a[href="tel:110"]')).toBeVisible();
  await page.getByTestId("language").click();
  await expect(page.getByText("Run by Rumah Aman Semarang")).toBeVisible();
  await page.getByTestId("exit").click();
  await page.waitForURL(service.exitUrl);
  await context.close();
});

for (const { width, text } of [
  { width: 320, text: "100%" },
  { width: 360, text: "200%" },
]) {
  test(`the exit is in reach at ${width} px with text at ${text}`, async ({ browser, service }) => {
    const context = await browser.newContext({
      viewport: { width, height: 480 },
      hasTouch: true,
      isMobile: true,
    });
    const page = await context.newPage();
    await open(page, `${service.url}/`);
    await page.evaluate((size) => {
      document.documentElement.style.setProperty("font-size", size);
    }, text);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const exit = await page.getByTestId("exit").boundingBox();
    expect(exit?.height).toBeGreaterThanOrEqual(48);
    expect((exit?.x ?? 0) + (exit?.width ?? 999)).toBeLessThanOrEqual(width);
    expect((exit?.y ?? 0) + (exit?.height ?? 999)).toBeLessThanOrEqual(480);
    await context.close();
  });
}

for (const { name, language, reach } of STATES) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing: ${name}, ${language}, ${colorScheme}`, async ({
      browser,
      service,
    }) => {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      await reach(page, service);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      await context.close();
    });
  }
}
