// Every state that a person can see: one list for axe, for small phones and for the screenshots.
// A scene is played once, and each state on its way is looked at.
import { expect, type Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { BINARY } from "./binary";
import { ClientPage, open } from "./client";
import { bothAreAhead, DAY, HOUR, phoneIsOff } from "./clock";
import type { DeskPage } from "./desk";
import { between, withReader } from "./hostile";
import { authenticator } from "./organisation";
import type { Actors } from "./people";
import type { Bare, Settings } from "./service";
import { GLASS_SCENES } from "./states-glass";
import { words } from "./words";

/** Looks at a page in a state; the name is that of its screenshot. */
export type Look = (page: Page, state: string) => Promise<void>;

/** A scene with the people of an organisation. */
export type Scene = (cast: Actors, look: Look) => Promise<void>;

/** States that are looked at in English and on the narrowest phone, too. */
export const MORE_CLOSELY: readonly string[] = [
  "client-landing",
  "client-before",
  "client-intake",
  "client-waiting",
  "client-chat",
  "client-code",
];

const FIRST = "halo, saya belum pernah cerita ke siapa-siapa";

/** A client and a counselor who have begun to talk. */
async function talking({ client, counselor }: Actors): Promise<[ClientPage, DeskPage]> {
  const rina = await client();
  await rina.waitInLine();
  await rina.write(FIRST);
  await rina.marked(FIRST, "stored");
  const desk = await counselor();
  await desk.claim();
  await desk.write("Halo, saya Sari. Terima kasih sudah menulis ke sini.");
  await desk.write("Sebelum lanjut: apakah sekarang aman untuk menulis?");
  await expect(rina.from("counselor", "Sebelum lanjut")).toBeVisible();
  await rina.write("aman, sampai malam");
  await rina.marked("aman, sampai malam", "read");
  return [rina, desk];
}

const before: Scene = async ({ client }, look) => {
  const { page } = await client();
  await look(page, "client-landing");
  await page.getByTestId("show-fingerprint").click();
  await expect(page.getByTestId("fingerprint")).toContainText(/\d/);
  await look(page, "client-fingerprint");
  await page.reload();
  await page.locator("html[data-ready]").waitFor();
  await page.getByTestId("have-code").click();
  await page.getByTestId("code-input").fill("4821 0937 5562 1180 3379");
  await page.getByTestId("code-submit").click();
  await look(page, "client-return");
  await page.reload();
  await page.locator("html[data-ready]").waitFor();
  await page.getByTestId("danger").click();
  await look(page, "client-landing-danger");
  await page.getByTestId("start").click();
  await look(page, "client-before");
  await page.getByTestId("accept").click();
  await look(page, "client-intake");
  await page.getByTestId("intake-safe-no").check();
  await look(page, "client-intake-danger");
};

const talk: Scene = async (cast, look) => {
  const ahead = await cast.client();
  await ahead.waitInLine();
  const waits = await cast.client();
  await waits.waitInLine();
  await waits.write(FIRST);
  await waits.marked(FIRST, "stored");
  await look(waits.page, "client-waiting");
  await ahead.end();
  await waits.end();

  const [rina] = await talking(cast);
  await rina.write("kadang bingung mulai dari mana");
  await rina.marked("kadang bingung mulai dari mana", "read");
  await look(rina.page, "client-chat");
  await rina.page.locator("button.readers").click();
  await rina.page.locator("section[data-testid=who-opened]").waitFor();
  await look(rina.page, "client-chat-readers");
  await rina.page.locator("header button.tool").first().click();
  await rina.page.getByTestId("danger").click();
  await expect(rina.page.locator('a[href="tel:110"]')).toBeVisible();
  await look(rina.page, "client-chat-danger");
  await rina.page.getByTestId("show-code").click();
  await rina.page.getByTestId("case-code").waitFor();
  await rina.page.getByTestId("show-code").click();
  await look(rina.page, "client-code");
  await rina.page.locator("header button.tool").first().click();
  await rina.page.getByTestId("end-session").click();
  await look(rina.page, "client-end-ask");
  await rina.page.getByRole("alertdialog").getByTestId("end-session").click();
  await expect(rina.page.getByTestId("composer")).toHaveCount(0);
  await look(rina.page, "client-end");
};

const trouble: Scene = async (cast, look) => {
  const [rina, desk] = await talking(cast);
  await desk.giveBack();
  await expect(rina.place).toBeVisible();
  await look(rina.page, "client-chat-again");
  await desk.page.getByTestId("close-chat").click();
  await desk.claim();
  await cast.service.kill();
  await rina.write("jangan hilang");
  await rina.marked("jangan hilang", "sending");
  await expect(rina.page.locator(".notice").first()).toBeVisible();
  await look(rina.page, "client-chat-lost");
  await look(desk.page, "desk-offline");
  await cast.service.startAgain();
  await rina.marked("jangan hilang", "read");
  const code = await rina.noteCode();
  const other = await cast.client();
  await other.comeBack(code);
  await expect(other.from("client", FIRST)).toBeVisible();
  await look(other.page, "client-returned");
  await expect(rina.page.getByTestId("composer")).toHaveCount(0);
  await look(rina.page, "client-elsewhere");
};

/** The record of the claim reaches the client changed. */
const changed =
  (state: string, change: (record: { body: string; boxes: string[] }) => void): Scene =>
  async ({ client, counselor }, look) => {
    const rina = await client();
    await between(rina.page, (frame) => {
      const record = frame["record"] as { body: string; boxes: string[] } | undefined;
      if (record !== undefined) change(record);
      return [frame];
    });
    await rina.waitInLine();
    const desk = await counselor();
    await desk.claim();
    await expect(rina.page.getByTestId("composer")).toHaveCount(0);
    await look(rina.page, state);
  };

const refused = changed("client-refused", (record) => {
  record.body = withReader(record.body);
});

const brokenBox = changed("client-box", (record) => {
  record.boxes = record.boxes.map((box) => `${box.slice(0, -4)}AAAA`);
});

/** A full disk, as the page hears of it. */
const full: Scene = async ({ client }, look) => {
  const rina = await client();
  await rina.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { id, type } = JSON.parse(String(text)) as { id: number; type: string };
      const refusal = { re: id, type: "refused", code: "not_stored", title: "Not stored." };
      if (type === "send") socket.send(JSON.stringify(refusal));
      else server.send(text);
    });
  });
  await rina.waitInLine();
  await rina.write("jangan hilang");
  await rina.marked("jangan hilang", "not_stored");
  await look(rina.page, "client-not-stored");
};

const desk: Scene = async (cast, look) => {
  const rina = await cast.client();
  await rina.page.getByTestId("start").click();
  await rina.page.getByTestId("accept").click();
  await rina.page.getByTestId("intake-safe-unsure").check();
  await rina.page.getByTestId("intake-prefer-woman").check();
  await rina.page.getByTestId("intake-next").click();
  await rina.write(FIRST);
  await rina.marked(FIRST, "stored");
  const wati = await cast.client();
  await wati.page.getByTestId("danger").click();
  await wati.page.getByTestId("start").click();
  await wati.page.getByTestId("accept").click();
  await wati.page.getByTestId("intake-skip").click();
  await wati.write("tolong");
  await wati.marked("tolong", "stored");

  const sari = await cast.counselor();
  await expect(sari.page.getByTestId("queue-item")).toHaveCount(2);
  await look(sari.page, "desk-waiting");
  await sari.claim();
  await sari.claim();
  await expect(sari.from("client", FIRST)).toBeVisible();
  await sari.write("Halo, saya Sari. Apakah sekarang aman untuk menulis?");
  await sari.note("suami pulang malam");
  await rina.write("aman, sampai malam");
  await expect(sari.from("client", "aman, sampai malam")).toBeVisible();
  await look(sari.page, "desk-chats");
  await sari.page.getByTestId("give-back").click();
  await look(sari.page, "desk-give-back-ask");
  await sari.page.getByTestId("stay").click();
  await sari.page.getByTestId("end-session").click();
  await look(sari.page, "desk-end-ask");
  await sari.page.getByTestId("stay").click();
  await rina.end();
  await expect(sari.front.getByText(words("reason.end.client_ended"))).toBeVisible();
  await look(sari.page, "desk-client-ended");
  await sari.page.reload();
  await sari.page.getByTestId("unlock").waitFor();
  await look(sari.page, "staff-unlock");
};

/** Two calls of clients whom nobody has spoken to, one of a counselor, from the first to the end. */
const escalation: Scene = async (cast, look) => {
  const [rina, sari] = await talking(cast);
  await sari.page.getByTestId("escalate").click();
  await look(sari.page, "desk-escalate-nobody");
  await sari.page.getByTestId("stay").click();
  const ratna = await cast.supervisor();
  await expect(ratna.page.getByTestId("valid-until")).toContainText(/\d/);
  await look(ratna.page, "supervisor-empty");
  await expect(sari.page.getByTestId("no-supervisor")).toHaveCount(0);
  await sari.page.getByTestId("escalate").click();
  await sari.page.getByTestId("escalate-reason").selectOption("near");
  await sari.page.getByTestId("escalate-words").fill("Pelaku di teras, anak di kamar.");
  await look(sari.page, "desk-escalate");
  await sari.page.getByTestId("escalate-submit").click();
  await expect(sari.call).toHaveAttribute("data-state", "raised");
  await look(sari.page, "desk-call");
  for (const answer of ["client.intake.safe.no", "client.intake.about.child_hurt"]) {
    const other = await cast.client();
    await other.page.getByTestId("start").click();
    await other.page.getByTestId("accept").click();
    await other.page.getByLabel(words(answer), { exact: true }).check();
    await other.page.getByTestId("intake-next").click();
    await expect(other.place).not.toBeEmpty();
  }
  await expect(ratna.escalations).toHaveCount(3);
  await expect(ratna.page.getByText("Pelaku di teras")).toBeVisible();
  await look(ratna.page, "supervisor-queue");
  await ratna.escalations.first().getByTestId("acknowledge").click();
  await expect(ratna.escalations.nth(2)).toBeVisible();
  // By the time of this page, the others have waited for too long.
  await ratna.page.clock.setSystemTime(Date.now() + 4 * 60_000);
  await expect(ratna.page.locator('[data-state="overdue"]')).toHaveCount(1);
  await look(ratna.page, "supervisor-overdue");
  await ratna.page.getByTestId("own").first().click();
  await ratna.page.getByTestId("lower").first().click();
  await look(ratna.page, "supervisor-lower");
  await ratna.page.getByTestId("stay").click();
  await ratna.page.getByTestId("resolve").click();
  await look(ratna.page, "supervisor-resolve");
  await ratna.page.getByTestId("outcome").selectOption("moved");
  await ratna.page.getByTestId("follow-up").fill("2031-05-20");
  await ratna.page.getByRole("dialog").getByTestId("resolve").click();
  await expect(ratna.page.locator('[data-state="resolved"]')).toHaveCount(1);
  await look(ratna.page, "supervisor-resolved");
  await expect(sari.call).toHaveAttribute("data-state", "resolved");
  await look(sari.page, "desk-call-resolved");
  await rina.end();
};

/** The audit after a talk with a call in it, for one case alone, and broken. */
const audit: Scene = async (cast, look) => {
  const [, sari] = await talking(cast);
  await sari.page.getByTestId("escalate").click();
  await sari.page.getByTestId("escalate-reason").selectOption("near");
  await sari.page.getByTestId("escalate-submit").click();
  await expect(sari.call).toHaveAttribute("data-state", "raised");
  const { page } = await cast.supervisor();
  await page.getByTestId("acknowledge").click();
  await page.getByTestId("own").waitFor();
  await page.getByTestId("place-audit").click();
  await page.locator('[data-event="escalation_acknowledged"]').waitFor();
  await look(page, "supervisor-audit");
  await page.getByTestId("audit-only-case").first().click();
  await page.locator('[data-event="signed_in"]').first().waitFor({ state: "detached" });
  await page.locator('[data-event="escalation_acknowledged"]').waitFor();
  await look(page, "supervisor-audit-case");
  await page.getByTestId("audit-to").fill("2020-01-01");
  await page.getByText(words("desk.audit.none")).waitFor();
  await look(page, "supervisor-audit-none");
  await page.route(/\/api\/staff\/audit\/chain/, async (route) => {
    const response = await route.fetch();
    const chain = (await response.json()) as { head: { a: string } };
    chain.head.a = "A".repeat(43);
    await route.fulfill({ response, json: chain });
  });
  await page.getByTestId("audit-clear").click();
  await page.locator(".desk-notices .notice").waitFor();
  await look(page, "supervisor-audit-broken");
};

/** A phone whose clock is wrong, and a staff list that nobody renewed. */
const times: Scene = async ({ client, staff, people }, look) => {
  const rina = await client();
  await phoneIsOff(rina.page, 2 * HOUR);
  await rina.waitInLine();
  await rina.write(FIRST);
  await rina.marked(FIRST, "stored");
  await look(rina.page, "client-clock");
  const wati = await client();
  await bothAreAhead(wati.page, 8 * DAY);
  await wati.waitInLine();
  await wati.write(FIRST);
  await wati.marked(FIRST, "stored");
  await look(wati.page, "client-list-old");
  const sari = await staff(people.counselors[0]);
  await bothAreAhead(sari.page, 5 * DAY);
  await sari.page.reload();
  await sari.unlock();
  const warning = words("desk.signin.roster_soon", { date: "|" }).split("|")[0] ?? "";
  await expect(sari.page.getByText(warning)).toBeVisible();
  await look(sari.page, "desk-list-ends");
};

const offices: Scene = async ({ staff, people }, look) => {
  const admin = await staff(people.admin);
  await admin.page.getByTestId("invite-new").click();
  await admin.page.getByTestId("invite-code").waitFor();
  await look(admin.page, "staff-admin");
};

/** The scenes of an organisation at work. */
export const SCENES: Readonly<Record<string, Scene>> = {
  "before the talk": before,
  "the talk": talk,
  "what goes wrong": trouble,
  "a reader who does not belong": refused,
  "a key that does not fit": brokenBox,
  "a full disk": full,
  "the desk": desk,
  "an escalation": escalation,
  "the audit": audit,
  "the times": times,
  "the offices": offices,
  ...GLASS_SCENES,
};

/** A service that is not meant for real people. */
export const BAND: Settings = {
  TEDUH_NOTICE_BAND__ID: "Hanya untuk mencoba. Jangan menulis hal yang nyata.",
  TEDUH_NOTICE_BAND__EN: "For trying out only. Do not write anything real.",
};

/** The band over a client's first page, her waiting page and a desk. */
export const band: Scene = async ({ client, counselor }, look) => {
  const rina = await client();
  await look(rina.page, "client-band-landing");
  await rina.waitInLine();
  await rina.write(FIRST);
  await rina.marked(FIRST, "stored");
  await look(rina.page, "client-band-waiting");
  const sari = await counselor();
  await expect(sari.page.getByTestId("claim")).toBeEnabled();
  await look(sari.page, "desk-band");
};

/** The states of a service that was initialised a moment ago. */
export async function firstDay(page: Page, bare: Bare, look: Look): Promise<void> {
  await open(page, `${bare.url}/`);
  await look(page, "client-numbers");
  await open(page, `${bare.url}/staff`);
  await look(page, "staff-sign-in");
  await page.getByTestId("enrol").click();
  await look(page, "staff-enrol");
  const passphrase = "payung biru di teras";
  await page.getByTestId("invite").fill(bare.invite);
  await page.getByTestId("email").fill("ratna@rumah-aman.example");
  await page.getByTestId("password").fill(passphrase);
  await page.getByTestId("enrol").click();
  const secret = await page.getByTestId("totp-secret").innerText();
  await look(page, "staff-enrol-code");
  const code = authenticator(secret.replace(/\s/g, ""));
  await page.getByTestId("totp").fill(code());
  await page.getByTestId("enrol").click();
  await page.getByTestId("fingerprint").waitFor();
  await look(page, "staff-enrolled");
  await page.getByTestId("email").fill("ratna@rumah-aman.example");
  await page.getByTestId("password").fill(passphrase);
  await page.getByTestId("totp").fill(code());
  await page.getByTestId("sign-in").click();
  await page.getByTestId("orgkeys").waitFor();
  await look(page, "staff-admin-first");
  const saved = page.waitForEvent("download");
  await page.getByTestId("ceremony-request").click();
  const request = await (await saved).path();
  const orgkeys = join(bare.data, "orgkeys.json");
  execFileSync(BINARY, ["ceremony", "--request", request, "--out", orgkeys]);
  await page.getByTestId("orgkeys").setInputFiles(orgkeys);
  await expect(page.getByTestId("sign-roster")).toBeEnabled();
  await look(page, "staff-admin-to-sign");
}
