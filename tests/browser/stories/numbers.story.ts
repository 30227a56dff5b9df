// A client opens the page of an organisation that has no staff list yet: numbers, and a way out.
import { open } from "./client";
import { nothingStays, pageBefore } from "./fresh";
import { expect, test } from "./service";

test("a client sees whom to call, and nothing of it stays on her phone", async ({ page, bare }) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(bare.url)) foreign.push(request.url());
  });
  const problems: string[] = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));

  await open(page, `${bare.url}/`);
  for (const href of ["tel:110", "tel:129", "tel:119", "https://wa.me/628111129129"]) {
    await expect(page.locator(`a[href="${href}"]`)).toBeVisible();
  }
  await expect(page.getByText("Dikelola oleh Rumah Aman Semarang")).toBeVisible();
  await expect(page).toHaveTitle("Catatan");
  await nothingStays(page.context(), bare);
  expect(foreign).toEqual([]);
  expect(problems).toEqual([]);
});

test("one tap on the exit, and Back never shows the page again", async ({ page, bare }) => {
  await page.goto(pageBefore(bare));
  await open(page, `${bare.url}/`);
  await page.getByTestId("exit").click();
  await page.waitForURL(bare.exitUrl);
  await page.goBack();
  expect(page.url()).toBe(pageBefore(bare));
});
