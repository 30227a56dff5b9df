// What a phone and a service make of time, for stories and pictures.
import type { Page } from "@playwright/test";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** The phone's clock is off by so much; the service's goes right. */
export const phoneIsOff = (page: Page, ms: number): Promise<void> =>
  page.clock.setSystemTime(Date.now() + ms);

/** Time has passed for both, and nobody has renewed the staff list. */
export async function bothAreAhead(page: Page, ms: number): Promise<void> {
  await phoneIsOff(page, ms);
  await page.route(/\/api\/(staff\/)?org$/, async (route) => {
    const response = await route.fetch();
    const said = (await response.json()) as { now: number } | { org: { now: number } };
    const org = "org" in said ? said.org : said;
    org.now += ms;
    await route.fulfill({ response, json: said });
  });
}
