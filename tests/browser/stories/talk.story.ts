// The talk, from the first page to the end, on both sides.
import { execFileSync } from "node:child_process";
import { BINARY } from "./binary";
import { DeskPage } from "./desk";
import { expect, test } from "./people";
import { Traffic } from "./traffic";
import { counselor as called, words } from "./words";

test("a client talks to a counselor, from her consent to the end", async ({
  browser,
  client,
  service,
  people,
}) => {
  const sari = people.counselors[0];
  const rina = await client();
  const heard = new Traffic(rina.page);
  await rina.page.getByTestId("start").click();
  await expect(rina.page.getByText(words("client.before.readers"))).toBeVisible();
  await rina.page.getByTestId("accept").click();
  await rina.page.getByTestId("intake-safe-yes").check();
  await rina.page.getByTestId("intake-prefer-woman").check();
  await rina.page.getByTestId("intake-next").click();
  await expect(rina.place).toHaveText(words("client.wait.place_next"));
  await rina.write("halo, saya belum pernah cerita");
  await rina.marked("halo, saya belum pernah cerita", "stored");

  // The code that the command line shows is the one that the sign-in takes.
  const context = await browser.newContext();
  const desk = new DeskPage(await context.newPage());
  const totp = ["totp", sari.email, "--data", service.data];
  await desk.signIn(service.url, {
    ...sari,
    code: () => String(execFileSync(BINARY, totp)).trim(),
  });
  await desk.available();
  await expect(desk.page.getByTestId("queue-item")).toHaveCount(1);
  await expect(desk.page.getByText("halo, saya")).toHaveCount(0);
  await desk.claim();

  await expect(desk.from("client", "halo, saya belum pernah cerita")).toBeVisible();
  await expect(desk.page.getByText(words("client.intake.prefer.woman"))).toBeVisible();
  await expect(
    rina.page.getByText(words("client.wait.joined", { name: called(sari.name) })),
  ).toBeVisible();
  await rina.marked("halo, saya belum pernah cerita", "read");

  await desk.write("Halo, terima kasih sudah menulis.");
  await expect(rina.from("counselor", "terima kasih sudah menulis")).toBeVisible();
  await expect(desk.from("counselor", "terima kasih sudah menulis")).toHaveAttribute(
    "data-state",
    "read",
  );
  await rina.write("aman, sampai malam");
  await expect(desk.from("client", "aman, sampai malam")).toBeVisible();
  await rina.marked("aman, sampai malam", "read");

  const seen = heard.frames.length;
  await desk.note("suami pulang malam, telepon tidak aman");
  await rina.write("terima kasih");
  await rina.marked("terima kasih", "read");
  // Lane 2 is for the staff: not even its ciphertext comes to her page.
  expect(heard.frames.slice(seen).filter((frame) => frame.includes('"lane":2'))).toEqual([]);
  await expect(rina.page.getByText("suami pulang malam")).toHaveCount(0);

  await rina.end();
  await expect(rina.page.getByText(words("client.end.title"))).toBeVisible();
  await expect(rina.page.locator('a[href="tel:129"]')).toBeVisible();
  await expect(desk.front.getByText(words("reason.end.client_ended"))).toBeVisible();
  await context.close();
});

test("both logs say who speaks to somebody who only hears them", async ({ chat, people }) => {
  const [rina, desk] = await chat();
  await desk.write("apakah aman");
  await expect(rina.from("counselor", "apakah aman")).toBeVisible();
  const sari = called(people.counselors[0].name);
  const her = rina.page.getByRole("log");
  await expect(her).toContainText(`${words("client.chat.from.me")}: halo`);
  await expect(her).toContainText(`${sari}: apakah aman`);
  const hers = desk.front.getByRole("log");
  await expect(hers).toContainText(`${words("role.client")}: halo`);
  await expect(hers).toContainText(`${words("client.chat.from.me")}: apakah aman`);
});

test("two chats at once stay apart", async ({ client, counselor }) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.write("saya yang pertama");
  await rina.marked("saya yang pertama", "stored");
  const wati = await client();
  await wati.waitInLine();
  await expect(wati.place).toHaveText(words("client.wait.place", { place: "2" }));
  await wati.write("saya yang kedua");
  await wati.marked("saya yang kedua", "stored");

  const desk = await counselor();
  await desk.claim();
  await expect(desk.from("client", "saya yang pertama")).toBeVisible();
  await expect(wati.place).toHaveText(words("client.wait.place_next"));
  await desk.claim();
  await expect(desk.from("client", "saya yang kedua")).toBeVisible();
  await desk.write("untuk yang kedua");
  await expect(wati.from("counselor", "untuk yang kedua")).toBeVisible();

  await rina.write("saya masih di sini");
  await expect(desk.tabs.locator(".unread")).toHaveText("1");
  await rina.marked("saya masih di sini", "stored");
  await desk.tabs.filter({ has: desk.page.locator(".unread") }).click();
  await rina.marked("saya masih di sini", "read");
  await desk.write("untuk yang pertama");
  await expect(rina.from("counselor", "untuk yang pertama")).toBeVisible();
  await expect(rina.from("counselor", "untuk yang kedua")).toHaveCount(0);
  await expect(wati.from("counselor", "untuk yang pertama")).toHaveCount(0);
});

test("with the code she goes on in another browser, and the next counselor reads what was said", async ({
  client,
  counselor,
}) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.write("kemarin saya cerita sampai sini");
  const sari = await counselor(0);
  await sari.claim();
  await sari.note("perlu rumah aman");
  const code = await rina.noteCode();
  await rina.end();
  await expect(rina.page.getByText(words("client.end.title"))).toBeVisible();

  const again = await client();
  await again.comeBack(`${code.slice(0, 19)}${(Number(code[19]) + 1) % 10}`);
  await expect(again.page.getByText(words("client.code.enter.typo"))).toBeVisible();
  await again.page.getByTestId("code-input").fill(code.replace(/(.{4})/g, "$1 "));
  await again.page.getByTestId("code-submit").click();
  await expect(again.from("client", "kemarin saya cerita sampai sini")).toBeVisible();
  await again.page.getByText(words("client.return.btn.continue")).click();
  await expect(again.place).toHaveText(words("client.wait.place_next"));
  await again.write("hari ini saya lanjut");

  const budi = await counselor(1);
  await budi.claim();
  await expect(budi.from("client", "kemarin saya cerita sampai sini")).toBeVisible();
  await expect(budi.from("client", "hari ini saya lanjut")).toBeVisible();
  await expect(budi.notes.filter({ hasText: "perlu rumah aman" })).toBeVisible();
  await budi.write("saya sudah membaca semuanya");
  await expect(again.from("counselor", "saya sudah membaca semuanya")).toBeVisible();
});

test("the same talk in a second tab: the first says so and stops", async ({
  client,
  counselor,
}) => {
  const first = await client();
  await first.waitInLine();
  await first.write("dari ponsel");
  const desk = await counselor();
  await desk.claim();
  const code = await first.noteCode();
  const second = await client();
  await second.comeBack(code);
  await expect(second.from("client", "dari ponsel")).toBeVisible();
  await expect(first.page.getByText(words("client.error.moved_title"))).toBeVisible();
  await expect(first.page.getByTestId("composer")).toHaveCount(0);
  await expect(first.page.locator('a[href="tel:110"]')).toBeVisible();
  await second.write("dari komputer");
  await expect(desk.from("client", "dari komputer")).toBeVisible();
});

test("given back, she is told, and the next counselor reads everything", async ({
  client,
  counselor,
  people,
}) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.write("yang pertama kali saya tulis");
  const sari = await counselor(0);
  await sari.claim();
  await sari.write("sebentar, rekan saya akan melanjutkan");
  await expect(rina.from("counselor", "rekan saya")).toBeVisible();
  await sari.giveBack();
  const name = called(people.counselors[0].name);
  await expect(rina.page.getByText(words("client.connection.given_back", { name }))).toBeVisible();
  await expect(rina.place).toHaveText(words("client.wait.place_next"));
  await expect(sari.page.getByText(words("desk.chat.in_queue"))).toBeVisible();

  const budi = await counselor(1);
  await budi.claim();
  await expect(budi.from("client", "yang pertama kali saya tulis")).toBeVisible();
  await expect(budi.from("counselor", "rekan saya akan melanjutkan")).toBeVisible();
});

test("in danger: the numbers at once, her turn comes earlier, and nobody is promised", async ({
  client,
  counselor,
}) => {
  const before = await client();
  await before.waitInLine();
  const rina = await client();
  await rina.page.getByTestId("danger").click();
  await expect(rina.page.locator('a[href="tel:110"]').first()).toBeVisible();
  await rina.page.getByTestId("start").click();
  await rina.page.getByTestId("accept").click();
  await rina.page.getByTestId("intake-safe-danger").check();
  await expect(rina.page.getByText(words("client.danger.title"))).toBeVisible();
  await rina.page.getByTestId("intake-next").click();
  await expect(rina.place).toHaveText(words("client.wait.place_next"));
  await expect(before.place).toHaveText(words("client.wait.place", { place: "2" }));

  await before.page.getByTestId("danger").click();
  await expect(before.page.locator('a[href="tel:110"]').first()).toBeVisible();
  await expect(before.page.getByText(words("client.danger.told_queue"))).toBeVisible();
  const desk = await counselor();
  await expect(desk.page.getByTestId("queue-item")).toHaveCount(2);
  await expect(desk.page.getByTestId("queue-item").locator("svg.level-3")).toHaveCount(2);
});

test("ended by the counselor while her phone is offline: what she wrote waits in the line again", async ({
  chat,
}) => {
  const [rina, desk] = await chat();
  await rina.page.context().setOffline(true);
  await expect(rina.page.getByText(words("client.connection.lost"))).toBeVisible();
  await rina.write("dia bawa pisau");
  await rina.marked("dia bawa pisau", "sending");
  await desk.end();
  await rina.page.context().setOffline(false);
  await rina.marked("dia bawa pisau", "stored");
  await expect(rina.place).toHaveText(words("client.wait.place_next"));
  // The same case: its chat is on the desk already.
  await desk.page.getByTestId("claim").click();
  await expect(desk.from("client", "dia bawa pisau").first()).toBeVisible();
});

test("ended by the counselor while she writes: her text stays, and goes on with the case", async ({
  chat,
}) => {
  const [rina, desk] = await chat();
  await rina.page.getByTestId("composer").fill("sebenarnya");
  await desk.end();
  await expect(rina.page.getByText(words("client.end.while_writing"))).toBeVisible();
  await expect(rina.page.getByTestId("composer")).toHaveValue("sebenarnya");
  await rina.page.getByTestId("send").click();
  await rina.marked("sebenarnya", "stored");
  await rina.end();
  await expect(rina.page.getByText(words("client.end.title"))).toBeVisible();
  await rina.page.getByRole("button", { name: words("client.end.btn.first_page") }).click();
  await expect(rina.page.getByTestId("start")).toBeVisible();
});

test("what a page could not send is there to be copied when the talk goes on elsewhere", async ({
  client,
}) => {
  const rina = await client();
  await rina.waitInLine();
  const code = await rina.noteCode();
  await rina.page.context().setOffline(true);
  await rina.write("belum sampai");
  await rina.page.getByTestId("composer").fill("separuh");
  const other = await client();
  await other.comeBack(code);
  await expect(other.place).toHaveText(words("client.wait.place_next"));
  await rina.page.context().setOffline(false);
  await expect(rina.page.getByText(words("client.lock.locked.title"))).toBeVisible();
  await expect(rina.page.getByTestId("unsent")).toHaveText(["belum sampai", "separuh"]);
});

test("in danger in an open chat: the counselor sees it at the tab, above the chat and in words", async ({
  chat,
}) => {
  const [rina, desk] = await chat();
  await expect(desk.front.getByText(words("desk.chat.in_danger"))).toHaveCount(0);
  await rina.page.getByTestId("danger").click();
  await expect(desk.front.getByText(words("desk.chat.in_danger"))).toBeVisible();
  await expect(desk.tabs).toHaveAccessibleName(new RegExp(words("level.three")));
});

test("sent before the rest of the page has come: the text waits and goes once", async ({
  client,
  counselor,
}) => {
  const rina = await client();
  let arrive = (): void => undefined;
  const held = new Promise<void>((done) => (arrive = done));
  await rina.page.route(/assets\/talk-.*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  // The page fetches the talk ahead of time; this time it is held from the start.
  await rina.page.reload();
  await rina.page.locator("html[data-ready]").waitFor();
  await rina.page.getByTestId("start").click();
  await rina.page.getByTestId("accept").click();
  await rina.page.getByTestId("intake-skip").click();
  await rina.write("cepat");
  await expect(rina.page.getByTestId("composer")).toHaveValue("cepat");
  arrive();
  await rina.marked("cepat", "stored");
  await expect(rina.page.getByTestId("composer")).toHaveValue("");
  const desk = await counselor();
  await desk.claim();
  await expect(desk.from("client", "cepat")).toHaveCount(1);
});
