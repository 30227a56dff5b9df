// A service that shows other keys, another root or an older staff list: no page takes them.
import { enrolled, invited, WULAN } from "./enrol";
import { answered, bent, newKemKey, withField, type Frame } from "./hostile";
import { expect, test } from "./people";
import { words } from "./words";

interface Statement {
  p: string;
  sig: string;
}

test("a proxy shows a statement that the root did not sign: no talk begins, the numbers stand there", async ({
  client,
}) => {
  const rina = await client();
  await answered(rina.page, /\/api\/org$/, (body) => {
    const orgkeys = body["orgkeys"] as Statement;
    orgkeys.sig = bent(orgkeys.sig);
  });
  await rina.page.getByTestId("start").click();
  await rina.page.getByTestId("accept").click();
  await rina.page.getByTestId("intake-skip").click();
  await expect(rina.page.getByText(words("client.error.readers.title"))).toBeVisible();
  await expect(rina.page.locator('a[href="tel:110"]')).toBeVisible();
  await expect(rina.page.getByTestId("composer")).toHaveCount(0);
});

test("a proxy shows a staff list with another group key: no talk begins", async ({ client }) => {
  const rina = await client();
  await answered(rina.page, /\/api\/org$/, (body) => {
    const roster = body["roster"] as Statement;
    const said = JSON.parse(Buffer.from(roster.p, "base64url").toString()) as {
      groups: { kem_pk: string }[];
    };
    for (const group of said.groups) group.kem_pk = newKemKey();
    roster.p = Buffer.from(JSON.stringify(said)).toString("base64url");
  });
  await rina.page.getByTestId("start").click();
  await rina.page.getByTestId("accept").click();
  await rina.page.getByTestId("intake-skip").click();
  await expect(rina.page.getByText(words("client.error.readers.title"))).toBeVisible();
  await expect(rina.page.getByTestId("composer")).toHaveCount(0);
});

test("a proxy gives another case for a code: it is not opened", async ({ client, counselor }) => {
  const rina = await client();
  await rina.waitInLine();
  const desk = await counselor();
  await desk.claim();
  const code = await rina.noteCode();
  const again = await client();
  await answered(again.page, /\/api\/return$/, (body) => {
    (body["case"] as { ckem_pk: string }).ckem_pk = newKemKey();
  });
  await again.comeBack(code);
  await expect(again.page.getByText(words("client.error.readers.lead"))).toBeVisible();
  await expect(again.page.getByTestId("composer")).toHaveCount(0);
});

test("a proxy serves a desk from another root: it stops before it opens anything", async ({
  staff,
  people,
}) => {
  const sari = await staff(people.counselors[0]);
  await answered(sari.page, /\/api\/staff\/org$/, (body) => {
    const org = body["org"] as Frame;
    const orgkeys = org["orgkeys"] as Statement;
    orgkeys.sig = bent(orgkeys.sig);
  });
  await sari.page.reload();
  await sari.tryUnlock();
  await expect(sari.page.getByText(words("desk.signin.error.wrong_service"))).toBeVisible();
});

test("a proxy serves an old staff list to a desk that knows a newer one: an alarm", async ({
  browser,
  staff,
  people,
  service,
}) => {
  const sari = await staff(people.counselors[0]);
  let old: Frame | undefined;
  await answered(sari.page, /\/api\/staff\/org$/, (body) => {
    old ??= structuredClone(body);
  });
  await sari.page.reload();
  await sari.unlock();
  const admin = await staff(people.admin);
  const invite = await invited(admin.page, "counselor");
  await enrolled(browser, service.url, invite, WULAN);
  await expect(admin.page.getByTestId("to-sign")).toHaveAttribute("data-mac", "mac");
  await admin.page.getByTestId("sign-roster").click();
  await expect(admin.page.getByText(words("desk.admin.sign.done", { version: "3" }))).toBeVisible();
  // The honest answer first, so that this browser has seen version 3.
  await sari.page.reload();
  await sari.unlock();
  await sari.page.unrouteAll();
  await sari.page.route(/\/api\/staff\/org$/, (route) => route.fulfill({ json: old }));
  await sari.page.reload();
  await sari.tryUnlock();
  await expect(sari.page.getByText(words("desk.signin.error.rolled_back"))).toBeVisible();
});

test("a proxy gives an older vault: it is not opened", async ({ staff, people }) => {
  const sari = await staff(people.counselors[0]);
  await answered(
    sari.page,
    /\/api\/staff\/unlock\/|\/api\/staff\/vault|\/api\/sign-in\/totp/,
    (body) => {
      const vault = body["vault"] as { version: number } | undefined;
      if (vault !== undefined) vault.version -= 1;
    },
  );
  await sari.page.reload();
  await sari.tryUnlock();
  await expect(sari.page.getByText(words("desk.signin.error.vault"))).toBeVisible();
  await expect(sari.page.getByTestId("unlock")).toBeVisible();
});

test("a proxy swaps the keys of somebody who waits to be signed: the admin sees it and signs nothing", async ({
  browser,
  staff,
  people,
  service,
}) => {
  const admin = await staff(people.admin);
  await answered(admin.page, /\/api\/staff\/org$/, (body) => {
    for (const one of body["waiting"] as { q: string }[]) {
      // C("rec/enrol", org_id, staff_id, sig_pk, kem_pk)
      one.q = withField(one.q, 4, Buffer.from(newKemKey(), "base64url"));
    }
  });
  const invite = await invited(admin.page, "counselor");
  await enrolled(browser, service.url, invite, WULAN);
  await expect(admin.page.getByTestId("to-sign")).toHaveAttribute("data-mac", "bad");
  await expect(admin.page.getByTestId("sign-roster")).toBeDisabled();
});
