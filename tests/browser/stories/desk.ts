// A member of the staff at her desk: what she does and what she sees, for stories to tell.
import { expect, type Locator, type Page } from "@playwright/test";
import { open } from "./client";
import type { Person } from "./organisation";

/** The staff page in one tab. */
export class DeskPage {
  #passphrase = "";

  constructor(readonly page: Page) {}

  /** Fills the sign-in form and waits until the desk is open. */
  async signIn(url: string, { email, passphrase, code }: Person): Promise<void> {
    const { page } = this;
    this.#passphrase = passphrase;
    await open(page, `${url}/staff`);
    await page.getByTestId("email").fill(email);
    await page.getByTestId("password").fill(passphrase);
    await page.getByTestId("totp").fill(code());
    await page.getByTestId("sign-in").click();
    await expect(page.getByTestId("sign-out")).toBeVisible();
  }

  /** Opens the desk again after a reload. */
  async unlock(): Promise<void> {
    await this.page.getByTestId("password").fill(this.#passphrase);
    await this.page.getByTestId("unlock").click();
    await expect(this.page.getByTestId("unlock")).toHaveCount(0);
    await expect(this.page.getByTestId("language")).toBeVisible();
  }

  /** On a narrow screen one pane is shown at a time. */
  async #pane(name: "queue" | "chats" | "case"): Promise<void> {
    const tab = this.page.getByTestId(`pane-${name}`);
    if (await tab.isVisible()) await tab.click();
  }

  /** Says that she takes sessions. */
  async available(): Promise<void> {
    await this.page.getByTestId("status-available").check();
    await expect(this.page.getByTestId("status-available")).toBeChecked();
  }

  /** Takes the session that the rules give her. */
  async claim(): Promise<void> {
    const chats = await this.tabs.count();
    await this.#pane("queue");
    await this.page.getByTestId("claim").click();
    await expect(this.tabs).toHaveCount(chats + 1);
    await expect(this.page.getByTestId("composer")).toBeVisible();
  }

  get tabs(): Locator {
    return this.page.getByTestId("chat-tab");
  }

  /** The chat in front. */
  get front(): Locator {
    return this.page.locator("section.talk.here");
  }

  /** Messages of the chat in front. */
  from(who: "client" | "counselor" | "notice", text?: string): Locator {
    const all = this.front.locator(`[data-testid="message"][data-from="${who}"]`);
    return text === undefined ? all : all.filter({ hasText: text });
  }

  /** Writes to the client in front. */
  async write(text: string): Promise<void> {
    await this.page.getByTestId("composer").fill(text);
    await this.page.getByTestId("send").click();
  }

  /** Writes a note that no client sees, and waits until it is stored. */
  async note(text: string): Promise<void> {
    await this.#pane("case");
    await this.page.getByTestId("note").fill(text);
    await this.page.getByTestId("note-save").click();
    await expect(this.notes.filter({ hasText: text })).toHaveAttribute("data-state", "stored");
    await this.#pane("chats");
  }

  get notes(): Locator {
    return this.page.getByTestId("note-entry");
  }

  /** Calls a supervisor for the chat in front. */
  async escalate(level: 2 | 3, reason: string, text: string): Promise<void> {
    await this.page.getByTestId("escalate").click();
    await this.page.getByTestId(`escalate-level-${level}`).check();
    await this.page.getByTestId("escalate-reason").selectOption(reason);
    await this.page.getByTestId("escalate-words").fill(text);
    await this.page.getByTestId("escalate-submit").click();
  }

  /** Where her call stands, in the chat in front. */
  get call(): Locator {
    return this.page.getByTestId("call");
  }

  /** A supervisor's queue, then what was just resolved. */
  get escalations(): Locator {
    return this.page.getByTestId("escalation-item");
  }

  /** Asks for the case of an escalation by break glass; with a code where the desk wants one. */
  async breakGlass(at: Locator, reason: string, code?: string): Promise<void> {
    await at.getByTestId("break-glass").click();
    await this.page.getByTestId("reason").selectOption(reason);
    await this.confirm(code);
  }

  /** Goes on in the dialog of break glass. */
  async confirm(code?: string): Promise<void> {
    if (code !== undefined) await this.page.getByTestId("totp").fill(code);
    await this.page.getByTestId("confirm").click();
  }

  /** Openings that this supervisor is shown. */
  get openings(): Locator {
    return this.page.getByTestId("opening-item");
  }

  /** Cases that nobody holds. */
  get leftBehind(): Locator {
    return this.page.getByTestId("left-behind-item");
  }

  /** To the chats, the escalations or the people of who has several places. */
  async goTo(place: "chats" | "escalations" | "people"): Promise<void> {
    await this.page.getByTestId(`place-${place}`).click();
  }

  /** Comes into the chat that she reads. */
  async join(): Promise<void> {
    await this.page.getByTestId("join").click();
    await expect(this.page.getByTestId("leave")).toBeVisible();
  }

  /** Takes the chat in front over. */
  async takeOver(): Promise<void> {
    await this.page.getByTestId("take-over").click();
    await this.page.getByRole("dialog").getByTestId("take-over").click();
    await expect(this.page.getByTestId("end-session")).toBeVisible();
  }

  async giveBack(): Promise<void> {
    await this.page.getByTestId("give-back").click();
    await this.page.getByRole("dialog").getByTestId("give-back").click();
  }

  async end(): Promise<void> {
    await this.page.getByTestId("end-session").click();
    await this.page.getByRole("dialog").getByTestId("end-session").click();
  }
}
