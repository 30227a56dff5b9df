// Who takes part in a story: each in a browser context of their own.
import type { Browser } from "@playwright/test";
import { ClientPage, open } from "./client";
import { DeskPage } from "./desk";
import type { Person } from "./organisation";
import { test as base } from "./service";

interface Cast {
  /** A client on the landing page, in a browser that has never been here. */
  client: () => Promise<ClientPage>;
  /** A signed-in member of the staff; the counselors come after each other. */
  staff: (person: Person) => Promise<DeskPage>;
  /** A counselor who takes sessions: the first, or the second. */
  counselor: (which?: 0 | 1, browser?: Browser) => Promise<DeskPage>;
}

export const test = base.extend<Cast>({
  client: async ({ browser, service }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async () => {
      const context = await browser.newContext();
      contexts.push(context);
      const page = await context.newPage();
      await open(page, `${service.url}/`);
      return new ClientPage(page);
    });
    for (const context of contexts) await context.close();
  },
  staff: async ({ browser, service }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async (person) => {
      const context = await browser.newContext();
      contexts.push(context);
      const desk = new DeskPage(await context.newPage());
      await desk.signIn(service.url, person);
      return desk;
    });
    for (const context of contexts) await context.close();
  },
  counselor: async ({ service, people, staff }, use) => {
    await use(async (which = 0, other) => {
      const person = people.counselors[which];
      if (other === undefined) {
        const desk = await staff(person);
        await desk.available();
        return desk;
      }
      const desk = new DeskPage(await (await other.newContext()).newPage());
      await desk.signIn(service.url, person);
      await desk.available();
      return desk;
    });
  },
});

export { expect } from "./service";
