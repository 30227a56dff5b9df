// The exit, on every page: gone in one tap, nothing stays, Back never shows the page again.
import type { ClientPage } from "./client";
import { open } from "./client";
import { isOut, pageBefore } from "./fresh";
import { expect, test } from "./people";
import { words } from "./words";

type Step = (rina: ClientPage) => Promise<void>;

/** Pages that need nobody but her. */
const ALONE: Readonly<Record<string, Step>> = {
  "the first page": () => Promise.resolve(),
  "the emergency card": ({ page }) => page.getByTestId("danger").click(),
  "the four sentences": ({ page }) => page.getByTestId("start").click(),
  "the questions": async ({ page }) => {
    await page.getByTestId("start").click();
    await page.getByTestId("accept").click();
    await page.getByTestId("intake-safe-no").check();
  },
  "the line": async (rina) => {
    await rina.waitInLine();
    await rina.write("menunggu");
    await rina.marked("menunggu", "stored");
  },
  "the page for a code": async ({ page }) => {
    await page.getByTestId("have-code").click();
    await page.getByTestId("code-input").fill("4821 0937");
  },
  "the code": async (rina) => {
    await rina.waitInLine();
    await rina.page.getByTestId("show-code").click();
    await expect(rina.page.getByTestId("case-code")).toBeVisible();
  },
  "the end": async (rina) => {
    await rina.waitInLine();
    await rina.end();
    await expect(rina.page.getByText(words("client.end.title"))).toBeVisible();
  },
};

for (const [place, reach] of Object.entries(ALONE)) {
  test(`she leaves from ${place}`, async ({ client, service }) => {
    const rina = await client();
    await reach(rina);
    await rina.page.getByTestId("exit").click();
    await isOut(rina.page, service);
  });
}

test("she leaves from the chat: the counselor sees it, and only the code leads back", async ({
  client,
  counselor,
  service,
}) => {
  const rina = await client();
  const problems: string[] = [];
  rina.page.on("console", (message) => problems.push(message.text()));
  rina.page.on("pageerror", (error) => problems.push(error.message));
  await rina.waitInLine();
  await rina.write("dia pulang");
  const desk = await counselor();
  await desk.claim();
  await rina.marked("dia pulang", "read");
  expect(await rina.page.evaluate(() => window.history.length)).toBeLessThanOrEqual(3);
  const entries = await rina.page.evaluate(() => window.history.length);
  await rina.page.getByTestId("exit").click();
  await rina.page.waitForURL(service.exitUrl);
  expect(await rina.page.evaluate(() => window.history.length)).toBe(entries);
  await expect(desk.page.getByText(words("desk.chat.left_by_exit"))).toBeVisible();
  await isOut(rina.page, service);
  expect(problems).toEqual([]);
});

test("she leaves from a page that goes on elsewhere", async ({ client, service }) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.write("satu");
  const code = await rina.noteCode();
  const other = await client();
  await other.comeBack(code);
  await expect(rina.page.getByText(words("client.error.moved_title"))).toBeVisible();
  await rina.page.getByTestId("exit").click();
  await isOut(rina.page, service);
});

test("after the skip link Back shows nothing either", async ({ client, service }) => {
  const { page } = await client();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator("#isi")).toBeFocused();
  await page.getByTestId("exit").click();
  await isOut(page, service);
});

test("Shift three times leaves the chat; capital letters do not", async ({ client, service }) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.page.getByTestId("composer").pressSequentially("AAA");
  await expect(rina.page.getByTestId("composer")).toHaveValue("AAA");
  for (let i = 0; i < 3; i += 1) await rina.page.keyboard.press("Shift");
  await isOut(rina.page, service);
});

for (const what of ["has not come yet", "fails"] as const) {
  test(`the exit works while the page's script ${what}`, async ({ page, service }) => {
    await page.route(/assets\/client-.*\.js$/, async (route) => {
      if (what === "fails") await route.abort();
    });
    await page.goto(pageBefore(service));
    await page.goto(`${service.url}/`, { waitUntil: "commit" });
    await page.getByTestId("exit").click();
    await isOut(page, service);
  });
}

test("without JavaScript the numbers stand there, the exit is a link, and no button waits", async ({
  browser,
  service,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${service.url}/`);
  await expect(page.locator('a[href="tel:110"]')).toBeVisible();
  // A button that does nothing would say that nobody answers.
  await expect(page.locator("button:visible")).toHaveCount(0);
  await page.getByTestId("exit").click();
  await page.waitForURL(service.exitUrl);
  await context.close();
});

test("the language changes without a new entry in the history", async ({ client, service }) => {
  const { page } = await client();
  const entries = await page.evaluate(() => window.history.length);
  await page.getByTestId("language").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page).toHaveTitle("Notes");
  expect(await page.evaluate(() => window.history.length)).toBe(entries);
  await open(page, `${service.url}/en`);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});
