// Three tabs of one browser: what is tried out on a single machine must not get into its own way.
import { ClientPage, open } from "./client";
import { DeskPage } from "./desk";
import { expect, test } from "./people";
import { words } from "./words";

test("client, counselor and admin work in three tabs of one browser", async ({
  context,
  service,
  people,
}) => {
  const rina = new ClientPage(await context.newPage());
  await open(rina.page, `${service.url}/`);
  await rina.waitInLine();
  await rina.write("halo, apakah ada orang?");
  await rina.marked("halo, apakah ada orang?", "stored");

  const admin = new DeskPage(await context.newPage());
  await admin.signIn(service.url, people.admin);
  await expect(admin.page.getByTestId("invite-new")).toBeVisible();
  const sari = new DeskPage(await context.newPage());
  await sari.signIn(service.url, people.counselors[0]);
  await sari.available();
  await sari.claim();
  await sari.write("ada, saya di sini");
  await expect(rina.from("counselor", "ada, saya di sini")).toBeVisible();
  await rina.write("syukurlah");
  await expect(sari.from("client", "syukurlah")).toBeVisible();
  await rina.marked("syukurlah", "read");

  await admin.page.getByTestId("invite-new").click();
  await expect(admin.page.getByTestId("invite-code")).toHaveCount(1);

  // Each tab has its own sign-in: after a reload it asks for the passphrase of its own person.
  await admin.page.reload();
  await sari.page.reload();
  await sari.unlock();
  await expect(sari.from("client", "syukurlah")).toBeVisible();
  await admin.page.getByTestId("password").fill(people.admin.passphrase);
  await admin.page.getByTestId("unlock").click();
  await expect(admin.page.getByTestId("invite-new")).toBeVisible();

  // Who signs out in one tab signs nobody out in another.
  await admin.page.getByTestId("sign-out").click();
  await expect(admin.page.getByTestId("sign-in")).toBeVisible();
  await rina.write("saya lanjut cerita ya");
  await expect(sari.from("client", "saya lanjut cerita ya")).toBeVisible();
  await sari.page.reload();
  await sari.unlock();
  await expect(sari.from("client", "saya lanjut cerita ya")).toBeVisible();

  // The client's exit takes her tab alone; the colleague's desk goes on.
  await rina.page.getByTestId("exit").click();
  await rina.page.waitForURL(service.exitUrl);
  await expect(sari.front.getByText(words("desk.chat.left_by_exit"))).toBeVisible();
});
