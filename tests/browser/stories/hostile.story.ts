// A service that adds a reader of its own to an epoch: the browser refuses, on both sides.
import type { Page } from "@playwright/test";
import { generateKeyPairSync, sign } from "node:crypto";
import { withReader } from "./hostile";
import { expect, test } from "./people";
import { words } from "./words";

interface Wire {
  body: string;
  sig: string;
}

const attacks: Readonly<Record<string, (record: Wire) => Wire>> = {
  "leaves the maker's signature": ({ body, sig }) => ({
    body: withReader(Buffer.from(body, "base64url")).toString("base64url"),
    sig,
  }),
  "signs it with a key of its own": ({ body }) => {
    const forged = withReader(Buffer.from(body, "base64url"));
    const { privateKey } = generateKeyPairSync("ed25519");
    return {
      body: forged.toString("base64url"),
      sig: sign(null, forged, privateKey).toString("base64url"),
    };
  },
};

/** Stands between a page and the service and changes the records of some frames. */
async function between(
  page: Page,
  type: string,
  attack: (record: Wire) => Wire,
): Promise<() => number> {
  let changed = 0;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      const said = JSON.parse(String(frame)) as Record<string, unknown>;
      if (said["type"] === type) {
        const records = recordsOf(said);
        for (const record of records) Object.assign(record, attack(record));
        changed += records.length;
      }
      socket.send(JSON.stringify(said));
    });
  });
  return () => changed;
}

function recordsOf(frame: Record<string, unknown>): Wire[] {
  if (frame["record"] !== undefined) return [frame["record"] as Wire];
  const view = frame["case"] as { lanes: { records: Wire[] }[] } | undefined;
  return view?.lanes.flatMap(({ records }) => records) ?? [];
}

for (const [how, attack] of Object.entries(attacks)) {
  test(`a reader is added on the way to the client (the proxy ${how}): she is told, and nothing more is sent`, async ({
    client,
    counselor,
  }) => {
    const rina = await client();
    const changed = await between(rina.page, "record", attack);
    await rina.waitInLine();
    await rina.write("sebelum pembaca asing");
    await rina.marked("sebelum pembaca asing", "stored");
    const desk = await counselor();
    await desk.claim();
    await expect(rina.page.getByText(words("client.error.readers.title"))).toBeVisible();
    await expect(rina.page.getByText(words("client.error.readers.lead"))).toBeVisible();
    await expect(rina.page.locator('a[href="tel:110"]')).toBeVisible();
    await expect(rina.page.getByTestId("composer")).toHaveCount(0);
    expect(changed()).toBeGreaterThan(0);
  });

  test(`a reader is added on the way to the desk (the proxy ${how}): the claim is refused and she is told`, async ({
    client,
    counselor,
  }) => {
    const rina = await client();
    await rina.waitInLine();
    await rina.write("untuk konselor saja");
    await rina.marked("untuk konselor saja", "stored");
    const desk = await counselor();
    const changed = await between(desk.page, "claimed", attack);
    await desk.page.reload();
    await desk.unlock();
    await desk.page.getByTestId("claim").click();
    await expect(desk.page.getByText(words("desk.chat.record_refused"))).toBeVisible();
    await expect(desk.page.getByText("untuk konselor saja")).toHaveCount(0);
    await expect(desk.page.getByTestId("composer")).toHaveCount(0);
    expect(changed()).toBeGreaterThan(0);
  });
}
