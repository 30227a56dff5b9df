// Who takes part in a story: each in a browser context of their own.
import type { Browser } from "@playwright/test";
import { ClientPage, open } from "./client";
import { DeskPage } from "./desk";
import { enrolled, invited } from "./enrol";
import { pageBefore } from "./fresh";
import type { People, Person } from "./organisation";
import { expect, test as base, type Service } from "./service";
import { words } from "./words";

/** Who comes as a second supervisor. */
const SECOND = {
  name: "Laksmi",
  email: "laksmi@rumah-aman.example",
  passphrase: "jendela terbuka angin sore",
};

/** Who can take part, and where. */
export interface Actors {
  readonly service: Service;
  readonly people: People;
  /** A client on the landing page, in a browser that has never been here. */
  client: () => Promise<ClientPage>;
  /** A signed-in member of the staff. */
  staff: (person: Person) => Promise<DeskPage>;
  /** A counselor who takes sessions: the first, or the second. */
  counselor: (which?: 0 | 1, browser?: Browser) => Promise<DeskPage>;
  /** A supervisor at her desk. */
  supervisor: () => Promise<DeskPage>;
  /** The supervisor and a second one, enrolled now and given the keys. */
  supervisors: () => Promise<readonly [DeskPage, DeskPage, Person]>;
  /** A client and a counselor in a chat, in which she has said "halo". */
  chat: () => Promise<readonly [client: ClientPage, desk: DeskPage]>;
}

interface Cast extends Omit<Actors, "service" | "people"> {
  /** The language in which the clients open the page. */
  language: "id" | "en";
  /** All of them together. */
  actors: Actors;
}

export const test = base.extend<Cast>({
  actors: async (
    { service, people, client, staff, counselor, supervisor, supervisors, chat },
    use,
  ) => {
    await use({ service, people, client, staff, counselor, supervisor, supervisors, chat });
  },
  language: ["id", { option: true }],
  client: async ({ browser, service, language }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async () => {
      const context = await browser.newContext();
      contexts.push(context);
      const page = await context.newPage();
      await page.goto(pageBefore(service));
      await open(page, `${service.url}${language === "en" ? "/en" : "/"}`);
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
  supervisor: async ({ people, staff }, use) => {
    await use(() => staff(people.supervisor));
  },
  supervisors: async ({ browser, service, people, staff }, use) => {
    const opened: DeskPage[] = [];
    await use(async () => {
      const ratna = await staff(people.supervisor);
      const admin = await staff(people.admin);
      const invite = await invited(admin.page, "supervisor");
      const { desk, person } = await enrolled(browser, service.url, invite, SECOND);
      opened.push(desk);
      await expect(admin.page.getByTestId("to-sign")).toHaveCount(1);
      await admin.page.getByTestId("sign-roster").click();
      await expect(desk.page.getByText(words("desk.enrol.waiting"))).toHaveCount(0);
      await expect(admin.page.getByTestId("to-sign")).toHaveCount(0);
      await admin.page.context().close();
      return [ratna, desk, person];
    });
    for (const { page } of opened) await page.context().close();
  },
  chat: async ({ client, counselor }, use) => {
    await use(async () => {
      const her = await client();
      await her.waitInLine();
      const desk = await counselor();
      await desk.claim();
      await her.write("halo");
      await her.marked("halo", "read");
      return [her, desk];
    });
  },
});

export { expect } from "./service";
