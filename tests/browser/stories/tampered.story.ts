// A service that drops, repeats, reorders, cuts or changes messages: whoever reads is told, and what
// was changed is not shown.
import { between, bent, type Frame, type StoredLine } from "./hostile";
import { expect, test } from "./people";
import { words } from "./words";

type Proxy = (frame: Frame) => readonly Frame[];

/** A proxy that works on messages from the moment at which it is told to. */
function onMessages(attack: (line: StoredLine, frame: Frame) => readonly Frame[]): {
  proxy: Proxy;
  arm: () => void;
} {
  let isArmed = false;
  return {
    arm: () => (isArmed = true),
    proxy: (frame) => {
      const line = frame["message"] as StoredLine | undefined;
      return isArmed && frame["type"] === "message" && line !== undefined
        ? attack(line, frame)
        : [frame];
    },
  };
}

const placed = (frame: Frame, line: StoredLine, seq: number): Frame => ({
  ...frame,
  message: { ...line, seq },
});

/** Ways to lie about what was said; `first` and `second` are two messages of the other side. */
const attacks: Readonly<
  Record<string, () => (line: StoredLine, frame: Frame) => readonly Frame[]>
> = {
  "drops a message and closes the gap": () => {
    let dropped = 0;
    return (line, frame) => {
      dropped += 1;
      return dropped === 1 ? [] : [placed(frame, line, line.seq - 1)];
    };
  },
  "repeats a message": () => (line, frame) => [frame, placed(frame, line, line.seq + 1)],
  "swaps two messages": () => {
    let held: { line: StoredLine; frame: Frame } | undefined;
    return (line, frame) => {
      if (held === undefined) {
        held = { line, frame };
        return [];
      }
      return [placed(frame, line, held.line.seq), placed(held.frame, held.line, line.seq)];
    };
  },
  "cuts a message short": () => (line, frame) => {
    const { h, c } = line.envelope;
    const cut = Buffer.from(c, "base64url").subarray(0, -16).toString("base64url");
    return [{ ...frame, message: { ...line, envelope: { h, c: cut } } }];
  },
  "changes a message": () => (line, frame) => {
    const { h, c } = line.envelope;
    return [{ ...frame, message: { ...line, envelope: { h, c: bent(c) } } }];
  },
  "says that another kind of message was sent": () => (line, frame) => {
    const { h, c } = line.envelope;
    return [{ ...frame, message: { ...line, envelope: { h: bent(h), c } } }];
  },
};

for (const [how, attack] of Object.entries(attacks)) {
  test(`a proxy ${how} on the way to the client: she is told that something is missing`, async ({
    client,
    counselor,
  }) => {
    const rina = await client();
    const { proxy, arm } = onMessages(attack());
    await between(rina.page, proxy);
    await rina.waitInLine();
    const desk = await counselor();
    await desk.claim();
    await rina.write("halo");
    await rina.marked("halo", "read");
    arm();
    await desk.write("pesan pertama");
    await expect(desk.from("counselor", "pesan pertama")).toHaveAttribute(
      "data-state",
      /stored|read/,
    );
    await desk.write("pesan kedua");
    await expect(rina.page.getByText(words("client.error.missing.title"))).toBeVisible();
  });

  test(`a proxy ${how} on the way to the desk: the counselor is told, and writes no more`, async ({
    client,
    counselor,
  }) => {
    const rina = await client();
    await rina.waitInLine();
    const desk = await counselor();
    const { proxy, arm } = onMessages(attack());
    await between(desk.page, proxy);
    await desk.page.reload();
    await desk.unlock();
    await desk.claim();
    await rina.write("halo");
    await rina.marked("halo", "read");
    arm();
    await rina.write("pesan pertama");
    await expect(rina.from("client", "pesan pertama")).toHaveAttribute("data-state", /stored|read/);
    await rina.write("pesan kedua");
    await expect(desk.page.getByText(words("desk.chat.missing"))).toBeVisible();
    await rina.marked("pesan kedua", "stored");
  });
}

test("a proxy says that it stored other bytes than hers: nothing more is sent, and she is told", async ({
  client,
  counselor,
}) => {
  const rina = await client();
  let isArmed = false;
  await between(rina.page, (frame) => [
    isArmed && frame["type"] === "stored"
      ? { ...frame, ct_hash: bent(String(frame["ct_hash"])) }
      : frame,
  ]);
  await rina.waitInLine();
  const desk = await counselor();
  await desk.claim();
  await rina.write("halo");
  await rina.marked("halo", "read");
  isArmed = true;
  await rina.write("yang ini diganti");
  await expect(rina.page.getByText(words("client.error.readers.title"))).toBeVisible();
  await expect(rina.page.getByText("yang ini diganti")).toBeVisible();
});
