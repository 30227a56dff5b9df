// What she is told of supervisors: in the chat where it happened, and under "Who reads this".
import type { Locator } from "@playwright/test";
import type { ClientPage } from "./client";
import { expect, test } from "./people";
import { words } from "./words";

const whoOpened = ({ page }: ClientPage): Locator =>
  page.locator("section[data-testid=who-opened]");

const back = async ({ page }: ClientPage): Promise<void> =>
  page.locator("header button.tool").first().click();

/** A text of the deck up to its first placeholder, or after its last. */
const part = (key: Parameters<typeof words>[0], values: Record<string, string>): string =>
  words(key, values)
    .split("|")
    .reduce((a, b) => (a.length < b.length ? b : a));

test("nobody has opened it: said so while she waits and in the chat", async ({
  client,
  counselor,
}) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.page.getByTestId("who-opened").click();
  await expect(whoOpened(rina)).toContainText(words("client.readers.history.none"));
  await expect(rina.page.getByText(words("client.readers.team"))).toBeVisible();
  await back(rina);
  await expect(rina.place).toBeVisible();
  await (await counselor()).claim();
  await rina.page.getByTestId("who-opened").click();
  await expect(whoOpened(rina)).toContainText(words("client.readers.history.none"));
});

test("a supervisor opens, joins, leaves: she is told each in its place, also when she comes back", async ({
  chat,
  client,
  supervisor,
  people,
}) => {
  const [rina, sari] = await chat();
  const code = await rina.noteCode();
  const ratna = await supervisor();
  const { name } = people.supervisor;
  await sari.escalate(3, "near", "dia di teras");
  const item = ratna.escalations.first();
  await item.getByTestId("own").click();
  await ratna.breakGlass(item, "danger");
  const opened = part("client.return.changed.opened", { role: "|", date: "|" });
  await expect(rina.from("notice", opened)).toHaveCount(1);
  await ratna.join();
  await ratna.write("Saya Dewi, saya ikut menemani.");
  await expect(rina.from("supervisor", "ikut menemani")).toContainText(
    words("client.chat.from.supervisor", { name }),
  );
  await expect(rina.from("notice", words("client.supervisor.joined", { name }))).toHaveCount(1);
  await rina.write("terima kasih");
  await rina.marked("terima kasih", "read");

  await rina.page.getByTestId("who-opened").click();
  const line = whoOpened(rina).getByRole("listitem");
  await expect(line).toHaveCount(1);
  await expect(line).toContainText(name);
  await expect(line).toContainText(words("reason.break_glass_client.danger"));
  await back(rina);

  await ratna.page.getByTestId("leave").click();
  await expect(rina.from("notice", words("client.supervisor.left", { name }))).toHaveCount(1);
  // Out of the chat she reads on by her opening, until she closes it.
  const reads = rina.page.getByText(words("client.supervisor.opened", { name }));
  await rina.page.getByTestId("who-opened").click();
  await expect(reads).toBeVisible();
  await ratna.page.getByTestId("close-reading").click();
  await expect(reads).toHaveCount(0);
  await back(rina);
  await sari.write("Saya tetap menemani.");
  await expect(rina.from("counselor", "tetap menemani")).toBeVisible();

  const again = await client();
  await again.comeBack(code);
  await expect(again.from("counselor", "tetap menemani")).toBeVisible();
  const all = again.page.locator("[data-testid=message]");
  const texts = (await all.allInnerTexts()).join("\n");
  const order = [
    ...["halo", opened, words("client.supervisor.joined", { name }), "ikut menemani"],
    ...["terima kasih", words("client.supervisor.left", { name }), "tetap menemani"],
  ].map((text) => texts.indexOf(text));
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  await again.end();
  await again.page.getByTestId("who-opened").click();
  await expect(whoOpened(again).getByRole("listitem")).toHaveCount(1);
});

test("a supervisor takes over while she writes: nobody is said to be gone, and her words arrive", async ({
  chat,
  supervisor,
  people,
}) => {
  const [rina] = await chat();
  const ratna = await supervisor();
  const { name } = people.supervisor;
  await rina.page.getByTestId("danger").click();
  await rina.page.keyboard.press("Escape");
  const item = ratna.escalations.first();
  await item.getByTestId("own").click();
  await ratna.breakGlass(item, "danger");
  await ratna.join();
  const taking = ratna.takeOver();
  for (const text of ["satu", "dua", "tiga"]) await rina.write(text);
  await taking;
  await rina.write("empat");
  for (const text of ["satu", "dua", "tiga", "empat"]) {
    await expect(rina.from("client", text)).toHaveAttribute("data-state", /stored|read/);
    await expect(ratna.from("client", text)).toBeVisible();
  }
  await expect(rina.from("notice", words("client.supervisor.took_over", { name }))).toHaveCount(1);
  const gone = part("client.connection.counselor_gone", { name: "|" });
  await expect(rina.from("notice", gone)).toHaveCount(0);
  await expect(rina.page.getByRole("heading", { level: 1 })).toContainText(
    words("client.chat.from.supervisor", { name }),
  );
});
