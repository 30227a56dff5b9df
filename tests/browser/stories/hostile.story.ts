// A service that changes who reads, or makes an epoch of its own: the browser refuses, on both sides.
import { generateKeyPairSync, sign } from "node:crypto";
import { between, newKemKey, nextBody, withReader, type Frame } from "./hostile";
import { expect, test } from "./people";
import type { ClientPage } from "./client";
import { words } from "./words";

interface Wire {
  body: string;
  sig: string;
  boxes: string[];
}

/** A body that nobody of the organisation has signed. */
function forged(body: string): Pick<Wire, "body" | "sig"> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const signature = sign(null, Buffer.from(body, "base64url"), privateKey);
  return { body, sig: signature.toString("base64url") };
}

/** Ways to change a record, and what the client and the counselor who claims her read then. */
const changes: Readonly<
  Record<string, { attack: (record: Wire) => Wire; clientSays: string; deskSays: string }>
> = {
  "adds a reader and leaves the maker's signature": {
    clientSays: "client.error.readers.lead",
    deskSays: "desk.chat.record_refused",
    attack: (record) => ({
      ...record,
      body: withReader(record.body),
    }),
  },
  "adds a reader and signs with a key of its own": {
    clientSays: "client.error.readers.lead",
    deskSays: "desk.chat.record_refused",
    attack: (record) => ({
      ...record,
      ...forged(withReader(record.body)),
    }),
  },
  "puts another box in place of the reader's": {
    clientSays: "client.error.box",
    deskSays: "desk.claim.bad_box",
    attack: (record) => ({
      ...record,
      boxes: record.boxes.map((box) => {
        const bytes = Buffer.from(box, "base64url");
        return Buffer.concat([bytes.subarray(0, -16), Buffer.alloc(16, 7)]).toString("base64url");
      }),
    }),
  },
};

function recordsOf(frame: Frame): Wire[] {
  if (frame["record"] !== undefined) return [frame["record"] as Wire];
  const view = frame["case"] as { lanes: { records: Wire[] }[] } | undefined;
  return view?.lanes.flatMap(({ records }) => records) ?? [];
}

/** She is told, sees whom to call, and can send nothing more. */
async function isWarned({ page }: ClientPage, says = "client.error.readers.lead"): Promise<void> {
  await expect(page.getByText(words("client.error.readers.title"))).toBeVisible();
  await expect(page.getByText(words(says))).toBeVisible();
  await expect(page.locator('a[href="tel:110"]')).toBeVisible();
  await expect(page.getByTestId("composer")).toHaveCount(0);
}

for (const [how, { attack, clientSays, deskSays }] of Object.entries(changes)) {
  const changing = (type: string) => (frame: Frame) => {
    if (frame["type"] === type) {
      for (const record of recordsOf(frame)) Object.assign(record, attack(record));
    }
    return [frame];
  };

  test(`a proxy on the way to the client ${how}: she is told, and nothing more is sent`, async ({
    client,
    counselor,
  }) => {
    const rina = await client();
    await between(rina.page, changing("record"));
    await rina.waitInLine();
    await rina.write("sebelum pembaca asing");
    await rina.marked("sebelum pembaca asing", "stored");
    const desk = await counselor();
    await desk.claim();
    await isWarned(rina, clientSays);
  });

  test(`a proxy on the way to the desk ${how}: the claim is refused and she is told`, async ({
    client,
    counselor,
  }) => {
    const rina = await client();
    await rina.waitInLine();
    await rina.write("untuk konselor saja");
    await rina.marked("untuk konselor saja", "stored");
    const desk = await counselor();
    await between(desk.page, changing("claimed"));
    await desk.page.reload();
    await desk.unlock();
    await desk.page.getByTestId("claim").click();
    await expect(desk.page.getByText(words(deskSays))).toBeVisible();
    await expect(desk.page.getByText("untuk konselor saja")).toHaveCount(0);
    await expect(desk.page.getByTestId("composer")).toHaveCount(0);
  });
}

test("a proxy opens an epoch of its own: she is told, and nothing more is sent", async ({
  client,
  counselor,
}) => {
  const rina = await client();
  await between(rina.page, (frame) => {
    const [record] = recordsOf(frame);
    return frame["type"] === "record" && record !== undefined
      ? [frame, { ...frame, record: { ...record, ...forged(nextBody(record.body)) } }]
      : [frame];
  });
  await rina.waitInLine();
  await rina.write("sebelum kunci asing");
  await rina.marked("sebelum kunci asing", "stored");
  const desk = await counselor();
  await desk.claim();
  await isWarned(rina);
});

test("a proxy swaps the client's keys on the way to the desk: the claim is refused", async ({
  client,
  counselor,
}) => {
  const rina = await client();
  await rina.waitInLine();
  await rina.write("kunci saya ditukar");
  await rina.marked("kunci saya ditukar", "stored");
  const desk = await counselor();
  await between(desk.page, (frame) => {
    if (frame["type"] === "claimed") {
      const keys = frame["case"] as { ckem_pk: string };
      keys.ckem_pk = newKemKey();
    }
    return [frame];
  });
  await desk.page.reload();
  await desk.unlock();
  await desk.page.getByTestId("claim").click();
  await expect(desk.page.getByText(words("desk.chat.record_refused"))).toBeVisible();
  await expect(desk.page.getByTestId("composer")).toHaveCount(0);
});
