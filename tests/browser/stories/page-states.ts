// Every state of the client page after the landing: one list for axe and for the screenshots.
import type { Page } from "@playwright/test";
import { expect, type Pages } from "./pages";

/** A state and the way to it. */
export interface PageState {
  readonly name: string;
  readonly reach: (page: Page, pages: Pages) => Promise<void>;
}

export async function waiting(page: Page): Promise<void> {
  await page.getByTestId("start").click();
  await page.getByTestId("accept").click();
  await page.getByTestId("intake-skip").click();
  await expect(page.getByTestId("queue-place").getByRole("heading")).toContainText("3");
}

export async function write(page: Page, text: string): Promise<void> {
  await page.getByTestId("composer").fill(text);
  await page.getByTestId("send").click();
}

const mine = (page: Page, state: string) =>
  page.locator(`[data-testid="message"][data-from="client"][data-state="${state}"]`);

export async function talking(page: Page, { service }: Pages): Promise<void> {
  await waiting(page);
  await write(page, "halo, saya belum pernah cerita ke siapa-siapa");
  await expect(mine(page, "stored")).toHaveCount(1);
  await service.claim("Rini");
  await service.say("Halo, saya Rini. Terima kasih sudah menulis ke sini.");
  await service.say("Sebelum lanjut: apakah sekarang aman untuk menulis?");
  await expect(page.getByText("Sebelum lanjut")).toBeVisible();
  await write(page, "aman, sampai malam");
  await expect(mine(page, "stored")).toHaveCount(2);
  service.read();
  await expect(mine(page, "read")).toHaveCount(2);
  await write(page, "kadang bingung mulai dari mana");
  await expect(mine(page, "stored")).toHaveCount(1);
}

export const PAGE_STATES: readonly PageState[] = [
  { name: "client-landing", reach: () => Promise.resolve() },
  {
    name: "client-landing-danger",
    reach: (page) => page.getByTestId("danger").click(),
  },
  {
    name: "client-before",
    reach: (page) => page.getByTestId("start").click(),
  },
  {
    name: "client-intake",
    reach: async (page) => {
      await page.getByTestId("start").click();
      await page.getByTestId("accept").click();
    },
  },
  {
    name: "client-intake-danger",
    reach: async (page) => {
      await page.getByTestId("start").click();
      await page.getByTestId("accept").click();
      await page.getByTestId("intake-safe-no").check();
    },
  },
  { name: "client-waiting", reach: (page) => waiting(page) },
  { name: "client-chat", reach: talking },
  {
    name: "client-chat-danger",
    reach: async (page, pages) => {
      await talking(page, pages);
      await page.getByTestId("danger").click();
      await expect(page.getByRole("status").first()).toBeAttached();
    },
  },
  {
    name: "client-chat-readers",
    reach: async (page, pages) => {
      await talking(page, pages);
      await page.locator("button.readers").click();
    },
  },
  {
    name: "client-chat-lost",
    reach: async (page, pages) => {
      await talking(page, pages);
      pages.service.refuse = "not_stored";
      await write(page, "jangan hilang");
      await expect(mine(page, "not_stored")).toHaveCount(1);
    },
  },
  {
    name: "client-chat-again",
    reach: async (page, pages) => {
      await talking(page, pages);
      pages.service.change({ counselor_here: false });
      pages.service.change({ reopen: "counselor_gone" });
      await expect(page.getByTestId("queue-place")).toBeVisible();
    },
  },
  {
    name: "client-end-ask",
    reach: async (page, pages) => {
      await talking(page, pages);
      await page.getByTestId("end-session").click();
    },
  },
  {
    name: "client-code",
    reach: async (page, pages) => {
      await talking(page, pages);
      await page.getByTestId("show-code").click();
      await page.getByTestId("case-code").waitFor();
      await page.getByTestId("show-code").click();
    },
  },
  {
    name: "client-end",
    reach: async (page, pages) => {
      await talking(page, pages);
      await page.getByTestId("end-session").click();
      await page.getByTestId("end-session").click();
      await expect(page.getByRole("heading", { level: 2 })).toBeVisible();
    },
  },
  {
    name: "client-return",
    reach: async (page) => {
      await page.getByTestId("have-code").click();
      await page.getByTestId("code-input").waitFor();
    },
  },
  {
    name: "client-elsewhere",
    reach: async (page, pages) => {
      await talking(page, pages);
      pages.service.drop(4201);
      await expect(page.getByTestId("composer")).toHaveCount(0);
    },
  },
];
