import { expect, test } from "vitest";
import fc from "fast-check";
import { afterClose } from "./close.ts";
import { backoff } from "./backoff.ts";
import {
  ANSWER_MS,
  CommandRefused,
  Connection,
  Unanswered,
  type Frame,
  type Line,
} from "./connection.ts";
import { FakeServer, settled } from "./fake-server.ts";

interface Page {
  connection: Connection<Frame, Frame, Frame>;
  lines: Line[];
  events: Frame[];
  welcomes: Frame[];
  /** The last message that is here. */
  seq: number;
}

/** A page that writes down what its connection tells it. */
function page(server: FakeServer): Page {
  const lines: Line[] = [];
  const events: Frame[] = [];
  const welcomes: Frame[] = [];
  const connection: Page["connection"] = new Connection(server.around, {
    hello: () => ({ type: "hello", after_seq: it.seq }) as Frame,
    welcome: (frame) => welcomes.push(frame),
    event: (frame) => events.push(frame),
    line: (line) => lines.push(line),
  });
  const it: Page = { connection, lines, events, welcomes, seq: 0 };
  return it;
}

async function opened(server: FakeServer): Promise<ReturnType<typeof page>> {
  const it = page(server);
  it.connection.start();
  await server.welcome();
  return it;
}

test("the first frame is hello, and the line stands after welcome", async () => {
  const server = new FakeServer();
  const { lines, welcomes } = await opened(server);
  expect(server.received).toEqual([{ id: 1, type: "hello", after_seq: 0 }]);
  expect(lines.map(({ kind }) => kind)).toEqual(["connecting", "open"]);
  expect(welcomes.length).toBe(1);
});

test("each reply finds its command, in any order", async () => {
  const server = new FakeServer();
  const { connection, events } = await opened(server);
  const first = connection.request({ type: "one" });
  const second = connection.request({ type: "two" });
  await server.say({ type: "place" });
  await server.reply(3, { type: "second" });
  await server.reply(2, { type: "first" });
  expect((await first).type).toBe("first");
  expect((await second).type).toBe("second");
  expect(events.map(({ type }) => type)).toEqual(["place"]);
});

test("a refusal carries the server's code and rule", async () => {
  const server = new FakeServer();
  const { connection } = await opened(server);
  const refused = connection.request({ type: "post" }).catch((error: unknown) => error);
  await server.say({ re: 2, type: "refused", code: "stale_epoch", rule: "R3" });
  const error = await refused;
  expect(error).toBeInstanceOf(CommandRefused);
  expect(error).toMatchObject({ problem: { code: "stale_epoch", rule: "R3" } });
});

test("nothing is sent before the line stands", async () => {
  const { connection } = page(new FakeServer());
  await expect(connection.request({ type: "post" })).rejects.toBeInstanceOf(Unanswered);
});

test("a broken line leaves commands unanswered, and the next hello names what is here", async () => {
  const server = new FakeServer();
  const it = await opened(server);
  const { connection, lines } = it;
  const lost = connection.request({ type: "post" }).catch((error: unknown) => error);
  it.seq = 7;
  await server.close(1006);
  expect(await lost).toBeInstanceOf(Unanswered);
  expect(lines[lines.length - 1]).toEqual({ kind: "waiting", ms: 500 });
  await server.pass(500);
  await server.welcome();
  expect(server.sockets.length).toBe(2);
  expect(server.received[0]).toMatchObject({ type: "hello", after_seq: 7 });
  expect(connection.line.kind).toBe("open");
});

test("each failed attempt waits longer, and a success starts anew", async () => {
  const server = new FakeServer();
  const { connection, lines } = page(server);
  connection.start();
  for (const ms of [500, 1000, 2000]) {
    await server.close(1006);
    expect(lines[lines.length - 1]).toEqual({ kind: "waiting", ms });
    await server.pass(ms);
  }
  await server.welcome();
  await server.close(4001);
  expect(lines[lines.length - 1]).toEqual({ kind: "waiting", ms: 500 });
});

test("a phone that wakes up does not wait", async () => {
  const server = new FakeServer();
  const { connection } = page(server);
  connection.start();
  await server.close(1006);
  connection.hurry();
  await server.welcome();
  await server.pass(60_000);
  expect(server.sockets.length).toBe(2);
});

test("a phone that is offline has no line, and its attempts go on", async () => {
  const server = new FakeServer();
  const { connection } = await opened(server);
  const asked = connection.request({ type: "post" }).catch((error: unknown) => error);
  connection.drop();
  expect(await asked).toBeInstanceOf(Unanswered);
  expect(connection.line.kind).toBe("waiting");
  connection.hurry();
  await server.welcome();
  expect(connection.line.kind).toBe("open");
});

test("a line that answers nothing is given up, and what it says later is not heard", async () => {
  const server = new FakeServer();
  const { connection, events } = await opened(server);
  const dead = server.socket;
  const lost = connection.request({ type: "post" }).catch((error: unknown) => error);
  await server.pass(ANSWER_MS);
  expect(await lost).toBeInstanceOf(Unanswered);
  expect(dead.closed).toBe(true);
  await server.pass(500);
  await server.welcome();
  dead.onmessage?.({ data: JSON.stringify({ type: "place" }) });
  dead.onclose?.({ code: 1006 });
  await settled();
  expect(events).toEqual([]);
  expect(connection.line.kind).toBe("open");
});

test.each([
  [4000, "reconnect"],
  [4001, "reconnect"],
  [1006, "reconnect"],
  [4100, "sign_in"],
  [4201, "stop"],
] as const)("close code %i means %s", async (code, then) => {
  expect(afterClose(code)).toBe(then);
  const server = new FakeServer();
  const { connection, lines } = await opened(server);
  await server.close(code);
  await server.pass(60_000);
  if (then === "reconnect") expect(server.sockets.length).toBeGreaterThan(1);
  else {
    expect(lines[lines.length - 1]).toEqual({ kind: "closed", then, code });
    expect(server.sockets.length).toBe(1);
    expect(connection.line.kind).toBe("closed");
  }
});

test("a stopped connection stays stopped", async () => {
  const server = new FakeServer();
  const { connection } = await opened(server);
  connection.stop();
  expect(server.socket.closed).toBe(true);
  await server.pass(60_000);
  expect(server.sockets.length).toBe(1);
  expect(connection.line.kind).toBe("idle");
});

test("waits are never longer than 30 s and never shorter than half their span", () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (n, r) => {
        const ms = backoff(n, r);
        expect(ms).toBeLessThanOrEqual(30_000);
        expect(ms).toBeGreaterThanOrEqual(500);
      },
    ),
  );
});
