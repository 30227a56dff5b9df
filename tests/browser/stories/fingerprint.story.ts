// The organisation's key as digits: on the client's first page and at the staff's sign-in alike.
import { open } from "./client";
import { expect, test } from "./people";
import { words } from "./words";

for (const [path, back] of [
  ["/", words("common.btn.back")],
  ["/en", "Back"],
] as const) {
  test(`who doubts the page ${path} compares its numbers`, async ({ client, page, service }) => {
    await open(page, `${service.url}/staff`);
    const known = await page.locator("dd.digits").innerText();
    expect(known.replace(/\s+/g, " ")).toMatch(/^(\d{5} ){11}\d{5}$/);

    const { page: hers } = await client();
    await open(hers, `${service.url}${path}`);
    await hers.getByTestId("show-fingerprint").click();
    await expect(hers.getByTestId("fingerprint")).toHaveText(known);
    await hers.getByRole("button", { name: back, exact: true }).click();
    await expect(hers.getByTestId("start")).toBeVisible();
  });
}
