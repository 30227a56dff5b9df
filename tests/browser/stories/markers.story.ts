// What was typed stands nowhere: not in what is stored, logged or sent, not in the browser's folder.
import { chromium, type BrowserContext } from "@playwright/test";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import config from "../playwright.config";
import { ClientPage, open } from "./client";
import { DeskPage } from "./desk";
import { files, forms, search } from "./markers";
import { expect, test } from "./people";
import { Traffic } from "./traffic";
import { words } from "./words";

const CHAT = "PENANDA-obrolan-7391";
const REPLY = "PENANDA-balasan-4410";
const NOTE = "PENANDA-catatan-2846";
const REASON = "PENANDA-alasan-5138";

/** A browser with a folder of its own on the disk, as people have it. */
function withProfile(folder: string): Promise<BrowserContext> {
  const { launchOptions, locale } = config.use ?? {};
  return chromium.launchPersistentContext(folder, { ...launchOptions, locale });
}

test("chat, note, reason, code and passphrase stand in no file, log, body, frame or browser folder", async ({
  service,
  people,
  folder,
}) => {
  const profiles = ["client", "desk", "again"].map((name) => join(folder, name));
  const [clients, desks, again] = await Promise.all(profiles.map(withProfile));
  if (!clients || !desks || !again) throw new Error("a browser is missing");
  const rina = new ClientPage(await clients.newPage());
  const desk = new DeskPage(await desks.newPage());
  const back = new ClientPage(await again.newPage());
  const traffic = [rina, desk, back].map(({ page }) => new Traffic(page));

  await open(rina.page, `${service.url}/`);
  await rina.waitInLine();
  await rina.write(CHAT);
  const sari = people.counselors[0];
  await desk.signIn(service.url, sari);
  await desk.available();
  await desk.claim();
  await expect(desk.from("client", CHAT)).toBeVisible();
  await desk.note(NOTE);
  await desk.escalate(3, "weapon", REASON);
  await expect(desk.notes.filter({ hasText: REASON })).toHaveAttribute("data-state", "stored");
  await desk.write(REPLY);
  await expect(rina.from("counselor", REPLY)).toBeVisible();
  const code = await rina.noteCode();
  await open(back.page, `${service.url}/`);
  await back.comeBack(code);
  await expect(back.from("counselor", REPLY)).toBeVisible();
  await back.page.getByTestId("exit").click();
  await back.page.waitForURL(service.exitUrl);
  await expect(rina.page.getByText(words("client.error.moved_title"))).toBeVisible();
  await desk.page.reload();
  await desk.unlock();
  await expect(desk.from("client", CHAT)).toBeVisible();

  const heard = await Promise.all(traffic.map((one) => one.all()));
  for (const context of [clients, desks, again]) await context.close();
  const haystack = new Map(files(service.data, ...profiles));
  // The folder of the stories keeps the sign-ins in a file; a real one has none.
  haystack.delete(join(service.data, "people.json"));
  haystack.set("log", Buffer.from(service.log));
  heard.forEach((bytes, i) => haystack.set(`traffic ${i}`, bytes));
  expect([...haystack.keys()].some((name) => name.endsWith("teduh.sqlite-wal"))).toBe(true);
  expect(haystack.get("traffic 0")?.length).toBeGreaterThan(100_000);
  const spaced = code.replace(/(.{4})/g, "$1 ").trim();
  const tail = code.slice(8);
  for (const marker of [CHAT, REPLY, NOTE, REASON, sari.passphrase, code, spaced, tail]) {
    expect(search(haystack, marker), marker).toEqual([]);
  }
});

test("the same search finds a marker that is planted, in every form and every place", async ({
  client,
  folder,
  service,
}) => {
  const planted = "PENANDA-tanam-6620";
  const { page } = await client();
  const traffic = new Traffic(page);
  await page.reload();
  await page.evaluate(async (text) => {
    await (await fetch("/api/session/lock", { method: "POST", body: text })).text();
    const socket = new WebSocket(`ws://${window.location.host}/ws`);
    const answered = new Promise((done) => {
      socket.addEventListener("message", done);
      socket.addEventListener("close", done);
    });
    await new Promise((opened) => socket.addEventListener("open", opened));
    socket.send(text);
    await answered;
  }, planted);
  expect(search(new Map([["heard", await traffic.all()]]), planted)).toEqual(["heard: plain"]);
  expect(traffic.frames).toContain(planted);

  const file = join(service.data, "planted");
  const written = Object.entries(forms(planted)).map(([form, bytes]) => {
    writeFileSync(file, Buffer.concat([Buffer.from("..."), bytes, Buffer.from("...")]));
    return { form, found: search(files(folder), planted) };
  });
  for (const { form, found } of written) expect(found).toContain(`${file}: ${form}`);
});
