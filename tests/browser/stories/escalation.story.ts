// From "somebody says danger" to "a supervisor has taken responsibility", at the desks.
import { expect, test } from "./people";
import { words } from "./words";

test("a client in danger: a supervisor acknowledges, owns and resolves; her counselor sees it live", async ({
  chat,
  supervisor,
  people,
}) => {
  const [rina, sari] = await chat();
  const ratna = await supervisor();
  await expect(ratna.page.getByTestId("no-escalation")).toBeVisible();
  await rina.page.getByTestId("danger").click();
  const item = ratna.escalations.first();
  await expect(item).toHaveAttribute("data-state", "raised");
  await expect(item).toHaveAttribute("data-level", "3");
  await expect(item).toContainText(words("desk.escalate.source.button"));
  await expect(ratna.page).toHaveTitle(words("notice.title.desk_count", { n: "1" }));
  // What she writes is not the supervisor's to read yet.
  await expect(ratna.page.getByText("halo")).toHaveCount(0);
  await expect(sari.call).toHaveAttribute("data-state", "raised");
  await expect(sari.call).toContainText(words("desk.escalate.until.title"));

  const { name } = people.supervisor;
  const seen = words("desk.escalate.acknowledged", { name, time: "|" }).split("|")[0] ?? "";
  await item.getByTestId("acknowledge").click();
  await expect(item).toHaveAttribute("data-state", "acknowledged");
  await expect(sari.call).toContainText(seen);
  await expect(ratna.page).toHaveTitle(words("desk.title"));
  await item.getByTestId("own").click();
  await expect(item).toHaveAttribute("data-state", "owned");
  await expect(sari.call).toContainText(words("desk.escalate.owned", { name }));

  await item.getByTestId("resolve").click();
  await ratna.page.getByTestId("outcome").selectOption("safe_now");
  await ratna.page.getByTestId("follow-up").fill("2031-05-20");
  await ratna.page.getByRole("dialog").getByTestId("resolve").click();
  await expect(item).toHaveAttribute("data-state", "resolved");
  await expect(item).toContainText(words("outcome.escalation.safe_now"));
  await expect(sari.call).toHaveAttribute("data-state", "resolved");

  await item.getByTestId("reopen").click();
  await expect(item).toHaveAttribute("data-state", "raised");
  await expect(sari.call).toHaveAttribute("data-state", "raised");
});

test("a counselor calls with a reason: supervisors read it, also after a reload; the client does not", async ({
  chat,
  supervisor,
}) => {
  const [rina, sari] = await chat();
  const ratna = await supervisor();
  await sari.escalate(2, "near", "dia di teras, anak di kamar");
  await expect(sari.call).toHaveAttribute("data-state", "raised");
  await expect(sari.notes.filter({ hasText: "dia di teras" })).toHaveAttribute(
    "data-state",
    "stored",
  );
  const item = ratna.escalations.first();
  const reason = `${words("reason.escalate.near")}: dia di teras, anak di kamar`;
  await expect(item).toHaveAttribute("data-level", "2");
  await expect(item.getByTestId("raise-reason")).toHaveText(reason);
  await ratna.page.reload();
  await expect(ratna.page.getByText(words("desk.signin.unlock.lead_none"))).toBeVisible();
  await ratna.unlock();
  await expect(item.getByTestId("raise-reason")).toHaveText(reason);
  await sari.page.reload();
  await expect(
    sari.page.getByText(words("desk.signin.unlock.lead", { minutes: "3" })),
  ).toBeVisible();
  await sari.unlock();
  await expect(sari.call).toHaveAttribute("data-state", "raised");

  // A graver sign joins: one escalation, level 3, to be acknowledged anew.
  await item.getByTestId("acknowledge").click();
  await expect(item).toHaveAttribute("data-state", "acknowledged");
  await rina.page.getByTestId("danger").click();
  await expect(item).toHaveAttribute("data-level", "3");
  await expect(item).toHaveAttribute("data-state", "raised");
  await expect(ratna.escalations).toHaveCount(1);
  await item.getByTestId("lower").click();
  await ratna.page.getByTestId("lower-reason").selectOption("person_away");
  await ratna.page.getByRole("dialog").getByTestId("lower").click();
  await expect(item).toHaveAttribute("data-level", "2");
  await expect(rina.page.getByText("dia di teras")).toHaveCount(0);
});

test("with no supervisor there, counselors read it before they are needed, with the numbers", async ({
  counselor,
  supervisor,
}) => {
  const sari = await counselor();
  const warning = sari.page.getByTestId("no-supervisor");
  await expect(warning).toContainText(words("desk.status.no_supervisor"));
  await expect(warning).toContainText(words("number.police.dial"));
  const ratna = await supervisor();
  await expect(warning).toHaveCount(0);
  await ratna.page.getByTestId("sign-out").click();
  await expect(warning).toBeVisible();
});

test("a call while the line is broken is not shown as sent, and is sent once it stands", async ({
  chat,
  supervisor,
  service,
}) => {
  const [, sari] = await chat();
  await service.kill();
  await expect(sari.page.getByText(words("desk.error.offline"))).toBeVisible();
  await sari.escalate(3, "weapon", "golok di dapur");
  await expect(sari.call).toContainText(words("desk.escalate.failed"));
  await service.startAgain();
  await expect(sari.call).toHaveAttribute("data-state", "raised");
  // It is the counselor who says so, not the client.
  await expect(sari.tabs).toHaveAccessibleName(new RegExp(words("level.three")));
  await expect(sari.front.getByText(words("desk.chat.in_danger"))).toHaveCount(0);
  const ratna = await supervisor();
  await expect(ratna.escalations).toHaveCount(1);
  await expect(ratna.page.getByTestId("raise-reason")).toContainText("golok di dapur");
});

test("a supervisor whose line is broken reads that nothing new comes, and can answer nothing", async ({
  client,
  supervisor,
  service,
}) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.page.getByTestId("danger").click();
  const ratna = await supervisor();
  const acknowledge = ratna.escalations.getByTestId("acknowledge");
  await expect(acknowledge).toBeEnabled();
  await service.kill();
  await expect(ratna.page.getByText(words("desk.error.old"))).toBeVisible();
  await expect(acknowledge).toBeDisabled();
  await service.startAgain();
  await expect(ratna.page.getByText(words("desk.error.old"))).toHaveCount(0);
  await acknowledge.click();
  await expect(ratna.escalations).toHaveAttribute("data-state", "acknowledged");
});

test("while her own call waits, the chat does not say that a supervisor was called", async ({
  chat,
  service,
}) => {
  const [rina, sari] = await chat();
  const called = words("desk.escalate.sent", { time: "|" }).split("|")[0] ?? "";
  await rina.page.getByTestId("danger").click();
  await expect(sari.call).toContainText(called);
  await service.kill();
  await expect(sari.page.getByText(words("desk.error.offline"))).toBeVisible();
  await sari.escalate(3, "weapon", "golok di dapur");
  await sari.escalate(2, "near", "dia di teras");
  await expect(sari.page.getByTestId("calling")).toHaveCount(2);
  await expect(sari.call).toContainText(words("desk.escalate.failed"));
  await expect(sari.call).not.toContainText(called);
  await expect(sari.call).toContainText(words("desk.escalate.source.button"));
  await service.startAgain();
  await expect(sari.call).toContainText(called);
  await expect(sari.page.getByTestId("calling")).toHaveCount(0);
  await expect(sari.notes.filter({ hasText: "dia di teras" })).toHaveCount(1);
});

test("what waits before a supervisor signs in is there when she does", async ({
  client,
  supervisor,
}) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.page.getByTestId("danger").click();
  await expect(rina.page.locator('a[href="tel:110"]').first()).toBeVisible();
  const ratna = await supervisor();
  await expect(ratna.escalations).toHaveCount(1);
  await expect(ratna.escalations).toContainText(words("desk.supervisor.queue.not_spoken"));
  await rina.page.keyboard.press("Escape");
  await rina.end();
  await expect(ratna.escalations).toContainText(words("desk.supervisor.queue.client_left"));
});

for (const [state, isOver] of [
  ["an open talk", false],
  ["a talk that was over", true],
] as const) {
  test(`in danger on the first page, and back with a code to ${state}: it is raised there`, async ({
    client,
    supervisor,
  }) => {
    const rina = await client();
    await rina.waitInLine();
    const code = await rina.noteCode();
    if (isOver) await rina.end();
    const ratna = await supervisor();
    await expect(ratna.page.getByTestId("no-escalation")).toBeVisible();
    const again = await client();
    await again.page.getByTestId("danger").click();
    await expect(again.page.locator('a[href="tel:110"]').first()).toBeVisible();
    await again.page.keyboard.press("Escape");
    await again.comeBack(code);
    if (isOver) await again.page.getByText(words("client.return.btn.continue")).click();
    await expect(ratna.escalations).toHaveCount(1);
    await expect(ratna.escalations).toContainText(words("desk.escalate.source.button"));
    await expect(again.place).toHaveText(words("client.wait.place_next"));
  });
}

test.describe("when nobody acknowledges in time", () => {
  test.use({ settings: { TEDUH_TIMES__ACKNOWLEDGE_LEVEL_3_S: "1" } });

  test("it is overdue, and the supervisor is paged; the server knows that she was", async ({
    chat,
    supervisor,
  }) => {
    const [rina] = await chat();
    const ratna = await supervisor();
    const said: string[] = [];
    ratna.page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => said.push(String(payload))),
    );
    await ratna.page.reload();
    await ratna.unlock();
    await rina.page.getByTestId("danger").click();
    const item = ratna.escalations.first();
    await expect(item).toHaveAttribute("data-state", "overdue");
    const page = words("desk.supervisor.queue.page", { time: "|" }).split("|")[0] ?? "";
    await expect(ratna.page.getByText(page)).toBeVisible();
    await expect.poll(() => said.some((frame) => frame.includes('"page_seen"'))).toBe(true);
    await item.getByTestId("acknowledge").click();
    await expect(item).toHaveAttribute("data-state", "acknowledged");
    await expect(ratna.page.getByText(page)).toHaveCount(0);
  });
});
