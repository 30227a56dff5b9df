// What a page says when it does not do what was asked: the true cause, and nothing that was not asked.
import { expect, test } from "./people";
import { words } from "./words";

test("a code field that was left empty is called empty, not wrong", async ({ client }) => {
  const { page } = await client();
  await page.getByTestId("have-code").click();
  await page.getByTestId("code-submit").click();
  await expect(page.getByText(words("client.code.enter.empty"))).toBeVisible();
  await expect(page.getByText(words("client.code.enter.typo"))).toHaveCount(0);
});

test("a wrong passphrase at the unlock is called a passphrase", async ({ staff, people }) => {
  const { page } = await staff(people.supervisor);
  await page.reload();
  await page.getByTestId("password").fill("bukan kata sandi itu");
  await page.getByTestId("unlock").click();
  await expect(page.getByRole("alert")).toHaveText(words("desk.signin.unlock.wrong"));
});
