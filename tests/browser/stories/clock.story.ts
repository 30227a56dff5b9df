// What a phone makes of time: a staff list that nobody renewed, and a clock that is wrong.
import { bothAreAhead, DAY, HOUR, phoneIsOff } from "./clock";
import { expect, test } from "./people";
import { words } from "./words";

for (const [way, hours] of [
  ["ahead", 2],
  ["behind", -2],
] as const) {
  test(`a clock two hours ${way}: she is told, and the talk goes on`, async ({
    client,
    counselor,
  }) => {
    const rina = await client();
    await phoneIsOff(rina.page, hours * HOUR);
    await rina.waitInLine();
    await expect(rina.page.getByText(words("client.error.clock"))).toBeVisible();
    await expect(rina.page.getByText(words("client.error.roster_note"))).toHaveCount(0);
    await rina.write("jam saya salah");
    await rina.marked("jam saya salah", "stored");
    const sari = await counselor();
    await sari.claim();
    await sari.write("tidak apa-apa");
    await expect(rina.from("counselor", "tidak apa-apa")).toBeVisible();
  });
}

test("a clock that is minutes off is nothing to speak of", async ({ client }) => {
  const rina = await client();
  await phoneIsOff(rina.page, HOUR / 2);
  await rina.waitInLine();
  await expect(rina.page.getByText(words("client.error.clock"))).toHaveCount(0);
  await expect(rina.page.getByText(words("client.error.roster_note"))).toHaveCount(0);
});

test("a staff list of eight days: she is told that it is old, and her words are stored", async ({
  client,
}) => {
  const rina = await client();
  await bothAreAhead(rina.page, 8 * DAY);
  await rina.waitInLine();
  await expect(rina.page.getByText(words("client.error.roster_note"))).toBeVisible();
  await expect(rina.page.getByText(words("client.error.clock"))).toHaveCount(0);
  await rina.write("daftarnya lama");
  await rina.marked("daftarnya lama", "stored");
});

test("a staff list of three weeks: no talk begins, the numbers stand there", async ({ client }) => {
  const rina = await client();
  await bothAreAhead(rina.page, 22 * DAY);
  await rina.page.getByTestId("start").click();
  await rina.page.getByTestId("accept").click();
  await rina.page.getByTestId("intake-skip").click();
  await expect(rina.page.getByText(words("client.error.roster.title"))).toBeVisible();
  await expect(rina.page.locator('a[href="tel:110"]')).toBeVisible();
  await expect(rina.page.getByTestId("composer")).toHaveCount(0);
});

for (const [when, days, key] of [
  ["five days old ends soon", 5, "desk.signin.roster_soon"],
  ["eight days old has ended", 8, "desk.signin.roster_gone"],
] as const) {
  test(`a staff list ${when}: a counselor reads until when it serves`, async ({
    staff,
    people,
  }) => {
    const sari = await staff(people.counselors[0]);
    const warning = sari.page.getByText(words(key, { date: "|" }).split("|")[0] ?? "");
    await expect(warning).toHaveCount(0);
    await bothAreAhead(sari.page, days * DAY);
    await sari.page.reload();
    await sari.unlock();
    await expect(warning).toContainText(/20\d\d/);
  });
}
