// The start of an organisation (crypto.md 7.0), every step on its real page.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY } from "./binary";
import { ClientPage, open } from "./client";
import { enrolled, invited, WULAN } from "./enrol";
import { answered, newKemKey, withGroupKey } from "./hostile";
import { expect, test } from "./people";
import { words } from "./words";

const ADMIN = {
  name: "Ratna",
  email: "ratna@rumah-aman.example",
  passphrase: "payung biru di teras",
};
const SUPERVISOR = {
  name: "Dewi",
  email: "dewi@rumah-aman.example",
  passphrase: "angin laut pagi tenang",
};
const COUNSELOR = {
  name: "Sari",
  email: "sari@rumah-aman.example",
  passphrase: "kopi hangat hujan sore",
};

test("an organisation starts: init, enrolment, ceremony, rosters, groups, and the first client", async ({
  browser,
  page,
  bare,
  folder,
}) => {
  test.slow();
  const { desk: admin } = await enrolled(browser, bare.url, bare.invite, ADMIN);
  const saved = admin.page.waitForEvent("download");
  await admin.page.getByTestId("ceremony-request").click();
  const request = join(folder, "request.json");
  await (await saved).saveAs(request);
  const orgkeys = join(folder, "orgkeys.json");
  const said = execFileSync(BINARY, ["ceremony", "--request", request, "--out", orgkeys]);
  expect(String(said).match(/^ +\d+( {2}[a-z]+){6}$/gm)).toHaveLength(4);

  const wrong = join(folder, "wrong.json");
  writeFileSync(wrong, "{}");
  await admin.page.getByTestId("orgkeys").setInputFiles(wrong);
  await expect(admin.page.getByText(words("desk.admin.orgkeys.bad"))).toBeVisible();
  await admin.page.getByTestId("orgkeys").setInputFiles(orgkeys);
  await expect(admin.page.getByText(words("desk.admin.orgkeys.loaded"))).toBeVisible();
  await admin.page.getByTestId("sign-roster").click();
  await expect(admin.page.getByText(words("desk.admin.sign.done", { version: "1" }))).toBeVisible();

  await open(page, `${bare.url}/`);
  await expect(page.getByTestId("start")).toHaveCount(0);
  await expect(page.locator('a[href="tel:110"]')).toBeVisible();

  const { desk: supervisor } = await enrolled(
    browser,
    bare.url,
    await invited(admin.page, "supervisor"),
    SUPERVISOR,
  );
  const { desk: counselor } = await enrolled(
    browser,
    bare.url,
    await invited(admin.page, "counselor"),
    COUNSELOR,
  );
  await expect(counselor.page.getByText(words("desk.enrol.waiting"))).toBeVisible();
  // Whom no staff list names is told nothing of escalations, not even that there are none.
  await expect(supervisor.page.getByText(words("desk.enrol.waiting"))).toBeVisible();
  await expect(supervisor.page.getByTestId("no-escalation")).toHaveCount(0);
  await expect(admin.page.getByTestId("to-sign")).toHaveCount(2);
  await expect(admin.page.locator('[data-testid="to-sign"][data-mac="mac"]')).toHaveCount(2);
  await expect(admin.page.getByText(words("desk.admin.sign.groups"))).toBeVisible();
  // A proxy that swaps the groups' keys on their way to the admin gets no signature.
  await answered(admin.page, /\/api\/staff\/org$/, (body) => {
    for (const group of body["groups"] as { record: string }[]) {
      group.record = withGroupKey(group.record, newKemKey());
    }
  });
  await admin.page.getByTestId("sign-roster").click();
  await expect(admin.page.getByText(words("desk.admin.sign.refused"))).toBeVisible();
  await admin.page.unrouteAll({ behavior: "wait" });
  await admin.page.getByTestId("sign-roster").click();
  await expect(admin.page.getByText(words("desk.admin.sign.done", { version: "2" }))).toBeVisible();

  // The supervisor's browser gives the counselor the team's key by itself.
  await expect(supervisor.page.getByTestId("valid-until")).toContainText(/\d/);
  await expect(supervisor.page.getByTestId("no-escalation")).toBeVisible();
  await counselor.available();
  await open(page, `${bare.url}/`);
  const client = new ClientPage(page);
  await client.waitInLine();
  await client.write("apakah ada orang?");
  await counselor.claim();
  await counselor.write("ada, saya Sari");
  await expect(client.from("counselor", "ada, saya Sari")).toBeVisible();
});

test("a supervisor's desk says who she is, until when the staff list holds, and that nothing is open", async ({
  staff,
  people,
}) => {
  const { page } = await staff(people.supervisor);
  await expect(page.getByRole("heading", { name: people.supervisor.name })).toBeVisible();
  await expect(page.getByText(words("role.supervisor"), { exact: true })).toBeVisible();
  await expect(page.getByTestId("valid-until")).toContainText(/\d/);
  await expect(page.getByText(words("desk.supervisor.queue.empty"))).toBeVisible();
  await expect(page.getByTestId("claim")).toHaveCount(0);
  await expect(page.getByTestId("invite-new")).toHaveCount(0);
});

test("the admin invites one more counselor, sees whose keys they are, and signs the next list", async ({
  browser,
  staff,
  people,
  service,
}) => {
  const admin = await staff(people.admin);
  const invite = await invited(admin.page, "counselor");
  const { desk: wulan } = await enrolled(browser, service.url, invite, WULAN);
  await expect(wulan.page.getByText(words("desk.enrol.waiting"))).toBeVisible();
  const waiting = admin.page.getByTestId("to-sign");
  await expect(waiting).toHaveAttribute("data-mac", "mac");
  await expect(waiting).toContainText("Wulan");
  await admin.page.getByTestId("sign-roster").click();
  await expect(admin.page.getByText(words("desk.admin.sign.done", { version: "3" }))).toBeVisible();
  await expect(wulan.page.getByText(words("desk.enrol.waiting"))).toHaveCount(0);
  await expect(wulan.page.getByText(words("desk.keys.waiting"))).toBeVisible();
  // Any colleague who signs in gives her the team's key.
  await staff(people.supervisor);
  await expect(wulan.page.getByText(words("desk.keys.waiting"))).toHaveCount(0);
});
