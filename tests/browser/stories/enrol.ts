// Somebody new comes to the organisation, every step on its real page.
import type { Browser, Page } from "@playwright/test";
import { open } from "./client";
import { DeskPage } from "./desk";
import { authenticator, type Person } from "./organisation";
import { expect } from "./service";
import { words } from "./words";

/** Who enrols. */
export interface Newcomer {
  readonly name: string;
  readonly email: string;
  readonly passphrase: string;
}

/** A counselor whom no organisation has yet. */
export const WULAN: Newcomer = {
  name: "Wulan",
  email: "wulan@rumah-aman.example",
  passphrase: "bulan terang di sawah",
};

/** Enrols with an invite and signs in, in a browser of their own. */
export async function enrolled(
  browser: Browser,
  url: string,
  invite: string,
  { name, email, passphrase }: Newcomer,
): Promise<{ desk: DeskPage; person: Person }> {
  const page = await (await browser.newContext()).newPage();
  await open(page, `${url}/staff`);
  await page.getByTestId("enrol").click();
  await page.getByTestId("invite").fill(invite);
  await page.getByTestId("name").fill(name);
  await page.getByTestId("email").fill(email);
  await page.getByTestId("password").fill(passphrase);
  await page.getByTestId("enrol").click();
  const secret = await page.getByTestId("totp-secret").innerText();
  const code = authenticator(secret.replace(/\s/g, ""));
  await page.getByTestId("totp").fill(code());
  await page.getByTestId("enrol").click();
  await expect(page.getByText(words("desk.enrol.done"))).toBeVisible();
  const desk = new DeskPage(page);
  const person: Person = { name, email, passphrase, code };
  await desk.signIn(url, person);
  return { desk, person };
}

/** The admin makes an invite for a role and hands it over. */
export async function invited(admin: Page, role: string): Promise<string> {
  await admin.getByTestId("invite-role").selectOption(role);
  const before = await admin.getByTestId("invite-code").allInnerTexts();
  await admin.getByTestId("invite-new").click();
  await expect(admin.getByTestId("invite-code")).toHaveCount(1);
  if (before[0] !== undefined) {
    await expect(admin.getByTestId("invite-code")).not.toHaveText(before[0]);
  }
  return admin.getByTestId("invite-code").innerText();
}
