// A client's browser for tests: its own clock, its own sockets, one server in memory.
import { expect } from "vitest";
import { stretchHere } from "../../../src/lib/crypto/argon2.ts";
import { systemRandom, toB64u } from "../../../src/lib/crypto/bytes.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { Socket } from "../../../src/lib/realtime/connection.ts";
import { SKIPPED } from "../../../src/lib/state/intake.ts";
import type { Talk, TalkMessage } from "../../../src/lib/state/talk.ts";
import { TalkVisit } from "../../../src/client/talk/visit.ts";
import type { World } from "../../../src/client/talk/world.ts";
import type { TestService } from "./service.ts";

export const NOW = 1_790_000_000_000;

/** One client at her page. */
export class Browser {
  readonly service: TestService;
  readonly visit: TalkVisit;
  talk: Talk | undefined;
  readonly #timers: { at: number; act: () => void }[] = [];
  #time = 0;

  constructor(service: TestService) {
    this.service = service;
    const { orgId, root } = service.org;
    this.visit = new TalkVisit(
      this.#world(),
      { orgId: toB64u(orgId), root: toB64u(root.pk), changed: (talk) => (this.talk = talk) },
      "0123456789abcdef",
    );
  }

  #world(): World {
    return {
      fetch: async (path, init) => {
        if (!this.service.isReachable) throw new TypeError("no network");
        const asked = init?.body === undefined ? undefined : JSON.parse(init.body as string);
        const { status, body } = await this.service.request(init?.method ?? "GET", path, asked);
        return new Response(body === undefined ? null : JSON.stringify(body), { status });
      },
      open: () => this.#socket(),
      after: (ms, act) => {
        const timer = { at: this.#time + ms, act };
        this.#timers.push(timer);
        return () => void this.#timers.splice(this.#timers.indexOf(timer) >>> 0, 1);
      },
      random: () => 0,
      bytes: systemRandom,
      now: () => NOW,
      verify: verifyHere,
      stretch: stretchHere,
    };
  }

  #socket(): Socket {
    const receive = this.service.connect({
      say: (frame) => socket.onmessage?.({ data: JSON.stringify(frame) }),
      close: (code) => socket.onclose?.({ code }),
    });
    const socket: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (text) => void receive(text),
      close: () => undefined,
    };
    queueMicrotask(() =>
      this.service.isReachable ? socket.onopen?.() : socket.onclose?.({ code: 1006 }),
    );
    return socket;
  }

  /** Time passes: what is due is done. */
  pass(ms: number): void {
    this.#time += ms;
    for (const timer of this.#timers.filter(({ at }) => at <= this.#time)) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.act();
    }
  }

  get messages(): TalkMessage[] {
    return (this.talk?.entries ?? []).filter((entry) => entry.kind === "message");
  }

  get said(): string[] {
    return this.messages.map(({ from, text, state }) => `${from} ${state}: ${text ?? "?"}`);
  }

  get notices(): string[] {
    return (this.talk?.entries ?? []).flatMap((entry) =>
      entry.kind === "notice" ? [entry.what] : [],
    );
  }

  async waiting(): Promise<void> {
    this.visit.open({ language: "id", level: 0, intake: SKIPPED });
    await expect.poll(() => this.talk?.line).toBe("open");
  }
}
