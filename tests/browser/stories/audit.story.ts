// The audit in the browser: who did what, and what is said once somebody changed it by hand.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { BINARY } from "./binary";
import type { DeskPage } from "./desk";
import { expect, test } from "./people";
import type { Service } from "./service";
import { words } from "./words";

const rows = (page: Page, event?: string): Locator => {
  const all = page.getByTestId("audit-row");
  return event === undefined
    ? all
    : page.locator(`[data-testid="audit-row"][data-event="${event}"]`);
};

async function openAudit({ page }: DeskPage): Promise<void> {
  await page.getByTestId("place-audit").click();
  await expect(page.getByTestId("audit-state")).toContainText(/\d\d[.:]\d\d/);
}

/** What the command says, and how it ends. */
function verify({ data, settings }: Service): { code: number; said: string } {
  try {
    const said = execFileSync(BINARY, ["audit", "verify", "--data", data], { env: settings });
    return { code: 0, said: said.toString() };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer };
    return { code: status, said: stderr.toString() };
  }
}

/** Another word is written over an event's code, in the database's own file. */
function changeByHand({ data }: Service, event: string): void {
  const path = join(data, "teduh.sqlite");
  const file = readFileSync(path);
  const at = file.indexOf(event);
  expect(at).toBeGreaterThan(0);
  file.write("other", at);
  writeFileSync(path, file);
}

test("the page shows who did what; a line changed by hand is an alarm, here and at the command line", async ({
  chat,
  supervisor,
  service,
}) => {
  const [rina, sari] = await chat();
  await sari.giveBack();
  await expect(rina.place).toBeVisible();
  const ratna = await supervisor();
  await openAudit(ratna);
  const { page } = ratna;

  const claimed = rows(page, "case_claimed");
  await expect(claimed).toHaveCount(1);
  await expect(claimed).toContainText(`${words("role.counselor")} Sari`);
  await expect(claimed).toContainText(words("desk.audit.action.claimed"));
  await expect(claimed.getByTestId("audit-only-case")).toContainText(/^K-[0-9A-F]{3}$/);
  const given = await rows(page, "case_given_back").getAttribute("data-n");
  expect(Number(given)).toBeGreaterThan(Number(await claimed.getAttribute("data-n")));

  await claimed.getByTestId("audit-only-case").click();
  await expect(page.getByTestId("audit-case")).toBeVisible();
  await expect(rows(page, "signed_in")).toHaveCount(0);
  await expect(claimed).toHaveCount(1);
  await page.getByTestId("audit-clear").click();
  await expect(rows(page, "signed_in").first()).toBeVisible();
  await page.getByTestId("audit-event").selectOption("signing_in");
  await expect(claimed).toHaveCount(0);
  await page.getByTestId("audit-person").selectOption({ label: "Sari" });
  await expect(rows(page)).toHaveCount(1);
  await page.getByTestId("audit-to").fill("2020-01-01");
  await expect(page.getByText(words("desk.audit.none"))).toBeVisible();
  expect(verify(service).code).toBe(0);

  await service.whileStopped(() => changeByHand(service, "case_claimed"));
  expect(verify(service)).toMatchObject({ code: 1, said: expect.stringMatching(/number \d+ was/) });
  await page.reload();
  await ratna.unlock();
  await page.getByTestId("place-audit").click();
  await expect(page.locator(".desk-notices")).toContainText(words("desk.audit.broken"));
  await expect(rows(page)).toHaveCount(0);
  await page.getByTestId("place-escalations").click();
  await expect(page.locator(".desk-notices")).toContainText(words("desk.audit.broken"));
});

test("what was changed since she was here last is an alarm as soon as she unlocks", async ({
  client,
  counselor,
  supervisor,
  service,
}) => {
  const ratna = await supervisor();
  await openAudit(ratna);
  const rina = await client();
  await rina.waitInLine();
  await (await counselor()).claim();
  await service.whileStopped(() => changeByHand(service, "case_claimed"));
  await ratna.page.reload();
  await ratna.unlock();
  await expect(ratna.page.locator(".desk-notices")).toContainText(words("desk.audit.broken"));
  // What is urgent can still be done.
  await expect(ratna.page.getByTestId("no-escalation")).toBeVisible();
});

test("a counselor has no audit", async ({ counselor }) => {
  const { page } = await counselor();
  await expect(page.getByTestId("place-audit")).toHaveCount(0);
});
