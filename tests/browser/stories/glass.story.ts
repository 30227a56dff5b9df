// Break glass: a supervisor opens a case, reads, comes to help, takes over; and what others see of it.
import type { Locator } from "@playwright/test";
import type { DeskPage } from "./desk";
import { expect, test } from "./people";
import { words } from "./words";

const OPENED = (name: string): string =>
  words("desk.supervisor.break_glass.announced", { name, time: "|" }).split("|")[0] ?? "";

/** The escalation of a supervisor's desk that stands first, acknowledged and owned. */
async function owned(desk: DeskPage): Promise<Locator> {
  const item = desk.escalations.first();
  await item.getByTestId("acknowledge").click();
  await expect(item).toHaveAttribute("data-state", "acknowledged");
  await item.getByTestId("own").click();
  await expect(item).toHaveAttribute("data-state", "owned");
  return item;
}

/** She judges an escalation over, with a plan. */
async function resolve(desk: DeskPage, item: Locator): Promise<void> {
  await item.getByTestId("resolve").click();
  await desk.page.getByTestId("outcome").selectOption("plan");
  await desk.page.getByRole("dialog").getByTestId("resolve").click();
  await expect(item).toHaveAttribute("data-state", "resolved");
}

test("a counselor calls: the supervisor opens with a code, reads, joins, writes, leaves, resolves", async ({
  chat,
  supervisor,
  people,
}) => {
  const [rina, sari] = await chat();
  await sari.note("suami di teras");
  const ratna = await supervisor();
  const { name } = people.supervisor;
  await sari.escalate(3, "weapon", "golok di dapur");
  const item = await owned(ratna);
  // After a reload the page knows of no fresh second factor, and asks for a code at once.
  await ratna.page.reload();
  await ratna.unlock();
  await item.getByTestId("break-glass").click();
  await ratna.page.getByTestId("reason").selectOption("danger");
  await ratna.confirm("000000");
  await expect(ratna.page.getByText(words("desk.signin.error.code"))).toBeVisible();
  await ratna.confirm(people.supervisor.code());

  await expect(ratna.from("client", "halo")).toBeVisible();
  await expect(ratna.notes.filter({ hasText: "suami di teras" })).toBeVisible();
  await expect(ratna.page.getByTestId("read-only")).toBeVisible();
  await expect(ratna.page.getByTestId("composer")).toHaveCount(0);
  await expect(sari.front.getByText(OPENED(name))).toBeVisible();
  await expect(sari.page.getByTestId("who-opened")).toContainText(
    words("reason.break_glass.danger"),
  );
  // What comes while she only reads is read; nobody is told that it was.
  await rina.write("dia di dapur");
  await expect(ratna.from("client", "dia di dapur")).toBeVisible();

  await ratna.join();
  await ratna.write("Saya Dewi, saya ikut menemani.");
  await expect(rina.from("supervisor", "saya ikut menemani")).toBeVisible();
  await expect(sari.from("counselor", "saya ikut menemani")).toContainText(
    `${name}, ${words("role.supervisor")}`,
  );
  await expect(sari.front.getByText(words("desk.chat.supervisor_here", { name }))).toBeVisible();
  await sari.write("terima kasih");
  await expect(ratna.from("counselor", "terima kasih")).toBeVisible();
  await ratna.note("kakaknya sepuluh menit lagi");
  await expect(sari.notes.filter({ hasText: "sepuluh menit" })).toBeVisible();

  await ratna.page.getByTestId("leave").click();
  await expect(ratna.page.getByTestId("composer")).toHaveCount(0);
  await expect(sari.front.getByText(words("desk.chat.supervisor_left", { name }))).toBeVisible();
  await rina.write("sudah di luar rumah");
  await expect(sari.from("client", "sudah di luar rumah")).toBeVisible();
  // Her opening lasts: she reads on until she closes it.
  await expect(ratna.from("client", "sudah di luar rumah")).toBeVisible();
  await ratna.page.getByTestId("close-reading").click();
  await expect(ratna.front).toHaveCount(0);
  await ratna.goTo("escalations");
  await item.getByTestId("resolve").click();
  await ratna.page.getByTestId("outcome").selectOption("safe_now");
  await ratna.page.getByRole("dialog").getByTestId("resolve").click();
  await expect(item).toHaveAttribute("data-state", "resolved");
});

test("the danger button: a supervisor joins and takes over; the counselor's words can be copied", async ({
  chat,
  supervisor,
  people,
}) => {
  const [rina, sari] = await chat();
  const ratna = await supervisor();
  await rina.page.getByTestId("danger").click();
  const item = await owned(ratna);
  // She signed in a moment ago: no code is asked for.
  await ratna.breakGlass(item, "danger");
  await expect(ratna.from("client", "halo")).toBeVisible();
  await ratna.join();
  await rina.page.keyboard.press("Escape");
  await sari.page.getByTestId("composer").fill("sebentar, saya tanyakan");
  await ratna.takeOver();
  await expect(ratna.front.getByText(words("desk.supervisor.in_chat.taken_over"))).toBeVisible();
  await ratna.write("Saya Dewi, saya lanjutkan dengan Anda.");
  await expect(rina.from("supervisor", "saya lanjutkan")).toBeVisible();
  const { name } = people.supervisor;
  await expect(sari.front.getByText(words("desk.chat.taken_over", { name }))).toBeVisible();
  await expect(sari.page.getByTestId("unsent")).toHaveText("sebentar, saya tanyakan");
  await expect(sari.page.getByTestId("composer")).toHaveCount(0);
  await rina.write("terima kasih");
  await expect(ratna.from("client", "terima kasih")).toBeVisible();
  await expect(sari.from("client", "terima kasih")).toHaveCount(0);
  await ratna.end();
  await expect(rina.page.getByTestId("composer")).toHaveCount(0);
});

test("given back after a take over: she reads on, joins who takes it next, and is asked before she signs out", async ({
  chat,
  supervisor,
  counselor,
  people,
}) => {
  test.slow();
  const [rina] = await chat();
  const ratna = await supervisor();
  await rina.page.getByTestId("danger").click();
  await rina.page.keyboard.press("Escape");
  const item = await owned(ratna);
  await ratna.breakGlass(item, "danger");
  await ratna.join();
  await ratna.page.getByTestId("take-over").click();
  const dialog = ratna.page.getByRole("dialog");
  const { name } = people.counselors[0];
  await expect(dialog).toContainText(words("desk.supervisor.queue.take_title", { name }));
  await expect(dialog).toContainText(words("desk.supervisor.in_chat.stays", { name }));
  await dialog.getByTestId("stay").click();
  await ratna.takeOver();
  const taken = words("desk.chat.taken_over", { name: people.supervisor.name });
  await expect(ratna.from("notice", taken)).toHaveCount(1);

  await ratna.giveBack();
  await expect(ratna.front.getByText(words("desk.supervisor.reading.waiting"))).toBeVisible();
  await expect(ratna.front.getByText(words("desk.supervisor.in_chat.taken_over"))).toHaveCount(0);
  await expect(ratna.front.locator(".talk-log")).toBeFocused();
  await rina.write("saya masih menunggu");
  await expect(ratna.from("client", "saya masih menunggu")).toBeVisible();
  const wati = await counselor(1);
  await wati.claim();
  await wati.write("saya Wati, saya lanjutkan");
  await expect(ratna.from("counselor", "saya Wati")).toBeVisible();
  await expect(ratna.front.getByText(words("desk.supervisor.reading.waiting"))).toHaveCount(0);

  await ratna.join();
  await ratna.page.getByTestId("sign-out").click();
  await expect(dialog).toContainText(words("desk.signin.out_title"));
  await dialog.getByTestId("stay").click();
  await ratna.page.getByTestId("leave").click();
  await expect(ratna.front.locator(".talk-log")).toBeFocused();
  await ratna.page.getByTestId("close-reading").click();
  await expect(ratna.page.locator(".no-chat")).toBeFocused();
});

test("on a phone with text of twice the size every act of a reader can be reached", async ({
  chat,
  supervisor,
}) => {
  const [rina] = await chat();
  const ratna = await supervisor();
  const { page } = ratna;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  await rina.page.getByTestId("danger").click();
  await rina.page.keyboard.press("Escape");
  await ratna.breakGlass(await owned(ratna), "danger");
  await expect(ratna.from("client", "halo")).toBeAttached();
  // What lies within the page is scrolled to; what is cut off by something in it is not.
  const isWhole = async (testId: string): Promise<void> => {
    const button = page.getByTestId(testId);
    await button.click({ trial: true });
    const cut = await button.evaluate((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      for (let around = one.parentElement; around !== null; around = around.parentElement) {
        if (getComputedStyle(around).overflowY === "visible") continue;
        const box = around.getBoundingClientRect();
        if (top < box.top || bottom > box.bottom) return around.className;
      }
      return left < 0 || right > innerWidth ? "page" : "";
    });
    expect(cut, testId).toBe("");
  };
  await isWhole("join");
  await isWhole("close-reading");
  await ratna.join();
  await isWhole("leave");
  await isWhole("take-over");
  await isWhole("send");
  await expect(page.locator(".talk.here .talk-log")).toBeInViewport();
});

test("without a call a second supervisor approves; all supervisors hear of it", async ({
  chat,
  supervisors,
  people,
}) => {
  test.slow();
  const [, sari] = await chat();
  const [ratna, laksmi, second] = await supervisors();
  // The only escalation is the asker's own act: a resolved one, which she looks after.
  await sari.escalate(2, "worse", "semakin sering");
  const item = await owned(ratna);
  await resolve(ratna, item);
  await ratna.breakGlass(item, "follow_up");

  const own = ratna.openings.first();
  await expect(own).toHaveAttribute("data-state", "asked");
  await expect(own).toContainText(words("desk.supervisor.break_glass.waiting_second"));
  await expect(own.getByTestId("approve")).toHaveCount(0);
  await expect(own.getByTestId("open-alone")).toHaveCount(0);
  const { name } = people.supervisor;
  const ask = laksmi.openings.first();
  await expect(ask).toContainText(
    words("desk.supervisor.break_glass.asks", {
      name,
      reason: words("reason.break_glass.follow_up"),
    }),
  );
  await expect(laksmi.page).toHaveTitle(words("notice.title.desk_count", { n: "1" }));
  await ask.getByTestId("approve").click();
  await expect(own).toHaveAttribute("data-state", "approved");
  await expect(own).toContainText(second.name);
  await own.getByTestId("open-now").click();
  await expect(ratna.from("client", "halo")).toBeVisible();
  await expect(laksmi.openings.filter({ hasText: OPENED(name) })).toBeVisible();
  await expect(laksmi.page).toHaveTitle(words("desk.title"));

  // A second ask is refused.
  await ratna.page.getByTestId("close-reading").click();
  await ratna.goTo("escalations");
  await ratna.breakGlass(item, "coaching");
  await ask.getByTestId("refuse").click();
  await expect(laksmi.openings).toHaveCount(0);
  // She stays where the next ask comes.
  await expect(laksmi.page.locator("#queue")).toBeVisible();
  await expect(own).toContainText(words("desk.supervisor.break_glass.refused"));
  await own.getByTestId("dismiss").click();
  await expect(ratna.openings).toHaveCount(0);
});

test.describe("when no second supervisor is there", () => {
  test.use({ settings: { TEDUH_TIMES__OPENING_ALONE_AFTER_S: "1" } });

  test("she opens alone after a while, and a colleague countersigns", async ({
    chat,
    supervisors,
    service,
    people,
  }) => {
    test.slow();
    const [, sari] = await chat();
    const [ratna, laksmi, second] = await supervisors();
    await sari.escalate(2, "worse", "semakin sering");
    const item = await owned(ratna);
    await resolve(ratna, item);
    await laksmi.page.getByTestId("sign-out").click();
    await ratna.breakGlass(item, "follow_up");
    await ratna.openings.first().getByTestId("open-alone").click();
    await expect(ratna.from("client", "halo")).toBeVisible();
    await expect(sari.page.getByTestId("who-opened")).toContainText(people.supervisor.name);

    await laksmi.signIn(service.url, second);
    const alone = laksmi.openings.first();
    await expect(alone).toHaveAttribute("data-shown", "to_countersign");
    await alone.getByTestId("countersign").click();
    await expect(alone).toHaveAttribute("data-shown", "announced");
    await ratna.goTo("escalations");
    const own = ratna.openings.first();
    await expect(own).toContainText(
      words("desk.supervisor.break_glass.countersigned", { name: second.name }),
    );
  });
});

test.describe("when counselor and client are both gone", () => {
  test.use({
    settings: { TEDUH_TIMES__COUNSELOR_GONE_S: "1" },
  });

  test("a supervisor takes what is left behind, and talks once the client is back", async ({
    chat,
    supervisor,
    client,
  }) => {
    const [rina, sari] = await chat();
    const code = await rina.noteCode();
    const ratna = await supervisor();
    await expect(ratna.page.getByTestId("none-left-behind")).toBeVisible();
    await rina.page.context().close();
    await sari.page.context().close();
    const item = ratna.leftBehind.first();
    await expect(item).toBeVisible();
    await item.getByTestId("take").click();
    await ratna.confirm();
    await expect(ratna.page.getByTestId("composer")).toBeVisible();
    await expect(ratna.from("client", "halo")).toBeVisible();
    await ratna.write("Saya Dewi, saya di sini.");
    const again = await client();
    await again.comeBack(code);
    await expect(again.from("supervisor", "saya di sini")).toBeVisible();
  });

  test("or puts it back into the queue, and reads nothing more", async ({
    chat,
    supervisor,
    counselor,
  }) => {
    const [rina, sari] = await chat();
    const ratna = await supervisor();
    await rina.page.context().close();
    await sari.page.context().close();
    const item = ratna.leftBehind.first();
    await item.getByTestId("requeue").click();
    await ratna.confirm();
    await expect(ratna.leftBehind).toHaveCount(0);
    await expect(ratna.page.getByTestId("none-left-behind")).toBeVisible();
    await ratna.goTo("chats");
    await expect(ratna.front).toHaveCount(0);
    const wati = await counselor(1);
    await wati.claim();
    await expect(wati.from("client", "halo")).toBeVisible();
  });
});
