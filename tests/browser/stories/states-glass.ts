// The states of break glass: at the supervisor's desk, at her colleague's, at the counselor's.
import { expect } from "@playwright/test";
import type { DeskPage } from "./desk";
import type { Actors } from "./people";
import type { Look, Scene } from "./states";

const FIRST = "dia masih marah soal kemarin";

/** A chat with a call for a supervisor, and the one who owns it. */
async function called({ client, counselor, supervisor }: Actors) {
  const rina = await client();
  await rina.waitInLine();
  await rina.write(FIRST);
  await rina.marked(FIRST, "stored");
  const sari = await counselor();
  await sari.claim();
  await sari.write("Aku di sini. Aman mengetik? Cukup jawab ya atau tidak.");
  await rina.write("ya. dia di teras, anak di kamar sama aku");
  await expect(sari.from("client", "dia di teras")).toBeVisible();
  await sari.note("kakaknya sepuluh menit lagi sampai");
  const ratna = await supervisor();
  await sari.escalate(3, "near", "Pelaku di teras, anak di kamar.");
  const item = ratna.escalations.first();
  await item.getByTestId("own").click();
  await expect(item).toHaveAttribute("data-state", "owned");
  return { rina, sari, ratna, item };
}

const opened: Scene = async (cast, look) => {
  const { sari, ratna, item } = await called(cast);
  await ratna.page.reload();
  await ratna.unlock();
  await item.getByTestId("break-glass").click();
  await look(ratna.page, "supervisor-break-glass");
  await ratna.page.getByTestId("reason").selectOption("danger");
  await ratna.confirm("000000");
  await expect(ratna.page.getByRole("alert").filter({ hasText: /\w/ })).toBeVisible();
  await look(ratna.page, "supervisor-break-glass-refused");
  await ratna.confirm(cast.people.supervisor.code());
  await expect(ratna.from("client", FIRST)).toBeVisible();
  await look(ratna.page, "supervisor-reading");
  await expect(sari.front.getByTestId("message").first()).toBeVisible();
  await look(sari.page, "desk-opened");
  await showCase(ratna, look, "supervisor-reading-case");
  await showCase(sari, look, "desk-opened-case");
};

const inTheChat: Scene = async (cast, look) => {
  const { rina, sari, ratna, item } = await called(cast);
  await ratna.breakGlass(item, "danger");
  await ratna.join();
  await ratna.write("Saya Dewi. Minta kakak menelepon 110 dari jalan.");
  await expect(sari.from("counselor", "Minta kakak")).toBeVisible();
  await look(ratna.page, "supervisor-joined");
  await look(sari.page, "desk-supervisor-here");
  await expect(rina.from("supervisor", "Minta kakak")).toBeVisible();
  await look(rina.page, "client-supervisor-joined");
  await rina.page.getByTestId("who-opened").click();
  await expect(rina.page.locator("section[data-testid=who-opened] li")).toHaveCount(1);
  await look(rina.page, "client-who-opened");
  await rina.page.locator("header button.tool").first().click();
  await ratna.page.getByTestId("take-over").click();
  await look(ratna.page, "supervisor-take-over-ask");
  await ratna.page.getByTestId("stay").click();
  await sari.page.getByTestId("composer").fill("sebentar, saya tanyakan");
  await ratna.takeOver();
  await look(ratna.page, "supervisor-taken-over");
  await look(rina.page, "client-taken-over");
  await expect(sari.page.getByTestId("unsent")).toBeVisible();
  await look(sari.page, "desk-taken-over");
  await rina.end();
  await expect(ratna.page.getByTestId("composer")).toHaveCount(0);
  await look(ratna.page, "supervisor-chat-ended");
};

/** On a narrow screen the case is a pane of its own. */
async function showCase({ page }: DeskPage, look: Look, state: string): Promise<void> {
  if (!(await page.getByTestId("pane-case").isVisible())) return;
  await page.getByTestId("pane-case").click();
  await look(page, state);
  await page.getByTestId("pane-chats").click();
}

const asked: Scene = async (cast, look) => {
  const [rina, sari] = await cast.chat();
  const [ratna, laksmi] = await cast.supervisors();
  await sari.escalate(2, "worse", "Semakin sering.");
  const item = ratna.escalations.first();
  await item.getByTestId("own").click();
  await item.getByTestId("resolve").click();
  await ratna.page.getByTestId("outcome").selectOption("plan");
  await ratna.page.getByRole("dialog").getByTestId("resolve").click();
  await expect(item).toHaveAttribute("data-state", "resolved");
  await ratna.breakGlass(item, "coaching");
  await expect(ratna.openings).toHaveCount(1);
  await look(ratna.page, "supervisor-ask-waits");
  await expect(laksmi.openings).toHaveCount(1);
  await look(laksmi.page, "supervisor-ask-of-a-colleague");
  await laksmi.openings.getByTestId("approve").click();
  await expect(ratna.openings.getByTestId("open-now")).toBeVisible();
  await look(ratna.page, "supervisor-ask-approved");
  await ratna.openings.getByTestId("open-now").click();
  await expect(ratna.from("client", "halo")).toBeVisible();
  await look(ratna.page, "supervisor-coaching");
  await expect(laksmi.openings).toHaveAttribute("data-shown", "announced");
  await look(laksmi.page, "supervisor-announced");
  await rina.end();
};

type Frame = Record<string, unknown> & { type: string };

/** Changes what the server answers, as rare moments that no scene can wait for would. */
async function answered({ page }: DeskPage, change: (frame: Frame) => void): Promise<void> {
  await page.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      const frame = JSON.parse(String(text)) as Frame;
      change(frame);
      socket.send(JSON.stringify(frame));
    });
  });
}

/** The last byte of every box is another. */
function spoil(frame: Frame): void {
  const lanes = (frame["case"] as { lanes: { records: { boxes: string[] }[] }[] } | null)?.lanes;
  for (const { records } of lanes ?? []) {
    for (const record of records) record.boxes = record.boxes.map(otherBox);
  }
}

function otherBox(box: string): string {
  const bytes = Buffer.from(box, "base64url");
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  return bytes.toString("base64url");
}

const rare: Scene = async (cast, look) => {
  const { sari, ratna, item, rina } = await called(cast);
  await answered(ratna, (frame) => {
    if (frame.type === "glass") spoil(frame);
    if (frame.type !== "staff_welcome") return;
    const [escalation] = frame["escalations"] as { case_id: string }[];
    const since = Date.now() - 9 * 60_000;
    frame["left_behind"] = [
      { case_id: escalation?.case_id, session: { state: "active", level: 3, since } },
      { case_id: "abcdefghijklmnopqrstuw", session: { state: "waiting", level: 0, since } },
    ];
    const opening = {
      ...{ opening_id: "abcdefghijklmnopqrstuw", case_id: "bbcdefghijklmnopqrstuw" },
      ...{ reason: "danger", asked_at: since, alone_from: null, ends: null, approved: null },
      ...{ alone: true, countersigned: null, opened_at: since, state: "closed" },
      countersign_before: since + 3 * 86_400_000,
    };
    const own = {
      ...{ opening_id: "bbcdefghijklmnopqrstuw", by: frame["staff_id"], state: "asked" },
      ...{ opened_at: null, alone: false, countersign_before: null },
      ...{ alone_from: since + 2 * 60_000, ends: Date.now() + 60_000 },
    };
    frame["openings"] = [
      { ...opening, by: "abcdefghijklmnopqrstuw" },
      { ...opening, ...own },
    ];
  });
  await ratna.page.reload();
  await ratna.unlock();
  await expect(ratna.leftBehind).toHaveCount(2);
  await expect(ratna.openings).toHaveCount(2);
  await look(ratna.page, "supervisor-left-behind");
  await ratna.leftBehind.first().getByTestId("take").click();
  await look(ratna.page, "supervisor-left-behind-ask");
  await ratna.page.getByTestId("stay").click();
  await ratna.breakGlass(item, "danger", cast.people.supervisor.code());
  await expect(ratna.page.getByTestId("opened")).toBeVisible();
  await look(ratna.page, "supervisor-box-broken");
  await ratna.goTo("escalations");
  await look(ratna.page, "supervisor-box-broken-queue");
  await rina.end();
  await expect(sari.page.getByTestId("composer")).toHaveCount(0);
};

/** By name, as `states.ts` plays them. */
export const GLASS_SCENES: Readonly<Record<string, Scene>> = {
  "break glass": opened,
  "a supervisor in the chat": inTheChat,
  "a second supervisor": asked,
  "what is left behind, and a broken box": rare,
};
