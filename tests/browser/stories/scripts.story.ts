// A script that is not the one the page was built with does not run, also where it comes later.
import type { Page } from "@playwright/test";
import { open } from "./client";
import { expect, test } from "./people";

/** Puts a line into the scripts of a name, as something between server and phone could. */
async function changed(page: Page, name: string): Promise<() => Promise<boolean>> {
  let served = false;
  await page.route(new RegExp(`/assets/${name}-[^/]*\\.js$`), async (route) => {
    const response = await route.fetch();
    served = true;
    await route.fulfill({ response, body: `window.changed = true;${await response.text()}` });
  });
  return async () => {
    await expect.poll(() => served).toBe(true);
    return page.evaluate(() => "changed" in window);
  };
}

const fetched = {
  "comes with the page": { path: "/", name: "id" },
  "comes while she reads": { path: "/", name: "talk" },
  "comes with the desk": { path: "/staff", name: "id" },
};

for (const [when, { path, name }] of Object.entries(fetched)) {
  test(`a changed script that ${when} does not run`, async ({ page, service }) => {
    const refused = page.waitForEvent("console", (said) => /integrity/.test(said.text()));
    const runs = await changed(page, name);
    await page.goto(`${service.url}${path}`);
    await refused;
    expect(await runs()).toBe(false);
  });
}

test("a changed script would run if the page named no hash for it", async ({ page, service }) => {
  await page.route(`${service.url}/`, async (route) => {
    const response = await route.fetch();
    const html = (await response.text()).replace(/<script type="importmap">.*?<\/script>/, "");
    await route.fulfill({ response, body: html });
  });
  const runs = await changed(page, "talk");
  await open(page, `${service.url}/`);
  await expect.poll(runs).toBe(true);
});
