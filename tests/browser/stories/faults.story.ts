// What breaks on the worst evening: the server, a counselor's browser, a page.
import { chromium, type Page } from "@playwright/test";
import config from "../playwright.config";
import type { ClientPage } from "./client";
import { expect, test } from "./people";
import { counselor as called, words } from "./words";

test("the server is killed in mid-message: nothing is lost and nothing comes twice", async ({
  client,
  counselor,
  service,
}) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.write("sebelum mati lampu");
  const desk = await counselor();
  await desk.claim();
  await rina.marked("sebelum mati lampu", "read");

  await service.kill();
  await expect(rina.page.getByText(words("client.connection.lost"))).toBeVisible();
  await rina.write("ketika mati lampu");
  await rina.write("dan satu lagi");
  await rina.marked("ketika mati lampu", "sending");
  await desk.write("saya masih di sini");
  await expect(desk.from("counselor", "saya masih")).toHaveAttribute("data-state", "sending");

  await service.startAgain();
  await rina.marked("ketika mati lampu", "read");
  await rina.marked("dan satu lagi", "read");
  await expect(rina.from("counselor", "saya masih di sini")).toHaveCount(1);
  await expect(desk.from("client")).toHaveText([/sebelum/, /ketika mati/, /dan satu lagi/]);
});

/** Kills the service as soon as the page has sent a message, before any answer comes back. */
async function killAtNextMessage(page: Page, kill: () => Promise<void>): Promise<() => boolean> {
  let killed = false;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    let isDeaf = false;
    server.onMessage((frame) => {
      if (!isDeaf) socket.send(frame);
    });
    socket.onMessage((frame) => {
      server.send(frame);
      if (killed || !String(frame).includes('"type":"send"')) return;
      killed = true;
      isDeaf = true;
      void kill();
    });
  });
  return () => killed;
}

test("the server dies between a message and its answer: the message is there once", async ({
  client,
  counselor,
  service,
}) => {
  const rina = await client();
  const killed = await killAtNextMessage(rina.page, () => service.kill());
  await rina.waitInLine();
  await rina.write("jangan hilang");
  await expect.poll(killed).toBe(true);
  await rina.marked("jangan hilang", "sending");
  await service.startAgain();
  await rina.marked("jangan hilang", "stored");
  const desk = await counselor();
  await desk.claim();
  await expect(desk.from("client")).toHaveText([/jangan hilang/]);
});

/** A browser of its own, to be killed as a crash would. */
async function doomed() {
  const { launchOptions } = config.use ?? {};
  const server = await chromium.launchServer(launchOptions);
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, kill: () => server.kill() };
}

test.describe("with short times", () => {
  test.use({ settings: { TEDUH_TIMES__OPENING_S: "2", TEDUH_TIMES__COUNSELOR_GONE_S: "1" } });

  test("a counselor's browser dies between the two steps of a claim: the place is kept", async ({
    client,
    counselor,
  }) => {
    const [rina, wati] = [
      await waiting(client, "saya duluan"),
      await waiting(client, "saya kedua"),
    ];
    const { browser, kill } = await doomed();
    const sari = await counselor(0, browser);
    const secondStep = new Promise<void>((reached) => {
      void sari.page.routeWebSocket(/\/ws$/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((frame) => {
          if (String(frame).includes('"type":"claim_records"')) reached();
          else server.send(frame);
        });
      });
    });
    await sari.page.reload();
    await sari.unlock();
    await sari.page.getByTestId("claim").click();
    await expect(rina.place).toHaveText(words("client.wait.offering"));
    await secondStep;
    await kill();
    await expect(rina.place).toHaveText(words("client.wait.place_next"));
    await expect(wati.place).toHaveText(words("client.wait.place", { place: "2" }));

    const budi = await counselor(1);
    await budi.claim();
    await expect(budi.from("client", "saya duluan")).toBeVisible();
    await budi.write("saya Budi");
    await expect(rina.from("counselor", "saya Budi")).toBeVisible();
    await browser.close();
  });

  test("a counselor's browser dies in a chat: the page reopens it, and the next one reads all", async ({
    client,
    counselor,
    people,
  }) => {
    const rina = await waiting(client, "yang pertama saya tulis");
    const { browser, kill } = await doomed();
    const sari = await counselor(0, browser);
    await sari.claim();
    await sari.write("saya Sari, saya baca");
    await expect(rina.from("counselor", "saya Sari")).toBeVisible();
    await sari.note("catatan untuk rekan");
    await kill();

    const name = called(people.counselors[0].name);
    await expect(
      rina.page.getByText(words("client.connection.counselor_gone", { name })),
    ).toBeVisible();
    await rina.write("masih ada orang?");
    await rina.marked("masih ada orang?", "stored");
    const budi = await counselor(1);
    await budi.claim();
    await expect(budi.from("client")).toHaveText([/yang pertama saya tulis/, /masih ada orang/]);
    await expect(budi.from("counselor", "saya Sari, saya baca")).toBeVisible();
    await expect(budi.notes.filter({ hasText: "catatan untuk rekan" })).toBeVisible();
    await budi.write("saya Budi, saya sudah membaca");
    await expect(rina.from("counselor", "saya Budi")).toBeVisible();
    await browser.close();
  });
});

async function waiting(client: () => Promise<ClientPage>, text: string): Promise<ClientPage> {
  const page = await client();
  await page.waitInLine();
  await page.write(text);
  await page.marked(text, "stored");
  return page;
}

test("a reloaded desk asks for the passphrase only, and her chat is still hers", async ({
  client,
  counselor,
}) => {
  const rina = await waiting(client, "sebelum dimuat ulang");
  const desk = await counselor();
  await desk.claim();
  await desk.page.reload();
  await expect(desk.page.getByTestId("totp")).toHaveCount(0);
  await desk.unlock();
  await expect(desk.from("client", "sebelum dimuat ulang")).toBeVisible();
  await desk.write("saya kembali");
  await expect(rina.from("counselor", "saya kembali")).toBeVisible();
});
