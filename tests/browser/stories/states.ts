// Every state that a person can see: one list for the screenshots and for axe.
import type { Page } from "@playwright/test";
import type { Service } from "./service";

/** A state and the way to it. */
export interface State {
  /** The screenshot's name. */
  readonly name: string;
  readonly language: "id" | "en";
  /** Leads a fresh page into the state. */
  readonly reach: (page: Page, service: Service) => Promise<void>;
}

/** Opens a page and waits until its script has taken over. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("html[data-ready]").waitFor();
}

export const STATES: readonly State[] = [
  {
    name: "client-numbers",
    language: "id",
    reach: (page, { url }) => open(page, `${url}/`),
  },
  {
    name: "client-numbers",
    language: "en",
    reach: (page, { url }) => open(page, `${url}/en`),
  },
];
