import { expect, test } from "vitest";
import { systemRandom, toB64u, utf8, type Bytes } from "../crypto/bytes.ts";
import { caseKeys } from "../crypto/chain.ts";
import { H } from "../crypto/hash.ts";
import { newKemKeys } from "../crypto/kem.ts";
import { KIND, SENDER, splitEnvelope } from "../crypto/message.ts";
import { newSigKeys } from "../crypto/sign.ts";
import type { Envelope, FrameProblem, StoredAck } from "../protocol/generated/wire.ts";
import { CommandRefused } from "../realtime/connection.ts";
import { settled } from "../realtime/fake-server.ts";
import { Sender } from "./sender.ts";

type Answer = (envelope: Envelope) => Promise<StoredAck>;

/** A sender with an outbox in epoch 0, and what it told. */
async function online(answer: Answer) {
  const sig = await newSigKeys(systemRandom);
  const keys = await caseKeys(systemRandom(16), sig.pk, (await newKemKeys(systemRandom)).pk);
  const lane = {
    ...{ number: 1 as const, keys, epoch: 0, seen: { seq: 0, th: new Uint8Array(32) } },
    key: (): Bytes => new Uint8Array(32),
  };
  const told: string[] = [];
  const waits: number[] = [];
  const timers: (() => void)[] = [];
  const after = (ms: number, act: () => void) => {
    waits.push(ms);
    timers.push(act);
    return () => undefined;
  };
  const world = {
    ...{ after, jitter: () => 0, send: answer },
    stored: (_: StoredAck, message: object | undefined) =>
      void told.push(message === undefined ? "stored, to be fetched" : "stored"),
    notStored: () => void told.push("not stored"),
    sending: () => void told.push("sending"),
    unsent: () => void told.push("unsent"),
    stale: () => void told.push("stale"),
    over: (code: string) => void told.push(`over ${code}`),
    alarm: () => void told.push("alarm"),
  };
  const sender = new Sender(world, lane, { sig, stype: SENDER.client });
  sender.knows(0);
  sender.online();
  const write = (): void =>
    sender.write({ msgId: toB64u(systemRandom(16)), kind: KIND.text, body: utf8("{}"), ts: 1 });
  return { sender, lane, told, waits, write, pass: () => timers.splice(0).forEach((act) => act()) };
}

const ack = async ({ c }: Envelope): Promise<StoredAck> => {
  const { ct } = splitEnvelope({ h: "", c });
  return { msg_id: "", seq: 1, ct_hash: toB64u(await H(ct)), stored_at: 1 };
};

const refused = (code: string): CommandRefused =>
  new CommandRefused({ code, title: "" } as FrameProblem);

test("an answer with bytes that were never sent is an alarm, and stored is not said", async () => {
  const other = toB64u(systemRandom(32));
  const { told, write } = await online(async (sent) => ({ ...(await ack(sent)), ct_hash: other }));
  write();
  await expect.poll(() => told).toContain("alarm");
  expect(told).toEqual(["alarm", "unsent"]);
});

test("where bytes of an older key were stored already, these are fetched", async () => {
  const sent: Envelope[] = [];
  const { sender, lane, told, write } = await online((envelope) => {
    sent.push(envelope);
    // The first was stored, though its answer said that the key is old.
    if (sent.length === 1) return Promise.reject(refused("stale_epoch"));
    return ack(sent[0] ?? envelope);
  });
  write();
  await expect.poll(() => told).toEqual(["stale"]);
  lane.epoch = 1;
  sender.epoch();
  await expect.poll(() => told).toEqual(["stale", "stored, to be fetched"]);
});

test("refused for now, the same bytes go again, each time after a longer while", async () => {
  const sent: Envelope[] = [];
  const { told, waits, write, pass } = await online((envelope) => {
    sent.push(envelope);
    return sent.length < 4 ? Promise.reject(refused("slow_down")) : ack(envelope);
  });
  write();
  await expect.poll(() => told.length).toBe(1);
  for (const count of [3, 5]) {
    pass();
    await expect.poll(() => told.length).toBe(count);
  }
  pass();
  await expect.poll(() => told.at(-1)).toBe("stored");
  expect(waits).toEqual([500, 1000, 2000]);
  expect(new Set(sent.map(({ c }) => c)).size).toBe(1);
});

test("any other refusal is told with its code, and nothing goes again", async () => {
  const { told, waits, write } = await online(() => Promise.reject(refused("session_ended")));
  write();
  await expect.poll(() => told).toEqual(["over session_ended"]);
  await settled();
  expect(waits).toEqual([]);
});
