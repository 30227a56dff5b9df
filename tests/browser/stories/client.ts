// A client at her page: what she does and what she sees, for stories to tell.
import { expect, type Locator, type Page } from "@playwright/test";
import { words } from "./words";

/** What an own message can be. */
export type Mark = "sending" | "stored" | "read" | "not_stored";

/** Opens a page and waits until its script has taken over. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("html[data-ready]").waitFor();
}

/** The client page in one tab. */
export class ClientPage {
  constructor(readonly page: Page) {}

  /** Accepts, skips the questions, and waits in the line. */
  async waitInLine(): Promise<void> {
    await this.page.getByTestId("start").click();
    await this.page.getByTestId("accept").click();
    await this.page.getByTestId("intake-skip").click();
    await expect(this.place).not.toBeEmpty();
  }

  async write(text: string): Promise<void> {
    await this.page.getByTestId("composer").fill(text);
    await this.page.getByTestId("send").click();
  }

  get place(): Locator {
    return this.page.getByTestId("queue-place").getByRole("heading");
  }

  /** Messages from one side, those with a text where one is given. */
  from(who: "client" | "counselor" | "supervisor" | "notice", text?: string): Locator {
    const all = this.page.locator(`[data-testid="message"][data-from="${who}"]`);
    return text === undefined ? all : all.filter({ hasText: text });
  }

  /** Her message with this text is there once, with this mark. */
  async marked(text: string, mark: Mark): Promise<void> {
    const own = this.from("client", text);
    await expect(own).toHaveCount(1);
    await expect(own).toHaveAttribute("data-state", mark);
  }

  /** Makes the code, notes it, and goes back to the chat; gives the twenty digits. */
  async noteCode(): Promise<string> {
    const { page } = this;
    await page.getByTestId("show-code").click();
    await expect(page.getByTestId("case-code")).toHaveText(/•/);
    await page.getByTestId("show-code").click();
    const code = (await page.getByTestId("case-code").innerText()).replace(/\D/g, "");
    await page.getByTestId("code-confirm").fill(code.slice(16));
    await page.getByTestId("code-check").click();
    const fits = words("client.code.confirm.ok", { valid: "180 hari" });
    await expect(page.getByText(fits)).toBeVisible();
    await page
      .getByRole("button", { name: words("common.btn.back") })
      .first()
      .click();
    return code;
  }

  /** Comes back with a code, from the landing page. */
  async comeBack(code: string): Promise<void> {
    await this.page.getByTestId("have-code").click();
    await this.page.getByTestId("code-input").fill(code);
    await this.page.getByTestId("code-submit").click();
  }

  async end(): Promise<void> {
    await this.page.getByTestId("end-session").click();
    await this.page.getByRole("alertdialog").getByTestId("end-session").click();
  }
}
