// What must be true of a browser after she has left: nothing of ours is in it.
import { expect, type BrowserContext, type Page } from "@playwright/test";
import type { Service } from "./service";

/** The page that she had open before ours. */
export function pageBefore(service: Service): string {
  return `${service.exitUrl}sebelum`;
}

/** No store of the browser holds anything of the service's origin. */
export async function nothingStays(context: BrowserContext, service: Service): Promise<void> {
  expect(await context.cookies()).toEqual([]);
  const page = await context.newPage();
  await page.goto(`${service.url}/healthz`);
  expect(
    await page.evaluate(async () => ({
      local: window.localStorage.length,
      session: window.sessionStorage.length,
      databases: (await window.indexedDB.databases()).length,
      caches: (await window.caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    })),
  ).toEqual({ local: 0, session: 0, databases: 0, caches: 0, workers: 0 });
  await page.close();
}

/** She is out: the exit's page stands there, nothing stays, and Back leads past ours. */
export async function isOut(page: Page, service: Service): Promise<void> {
  await page.waitForURL(service.exitUrl);
  await nothingStays(page.context(), service);
  await page.goBack();
  expect(page.url()).toBe(pageBefore(service));
}
