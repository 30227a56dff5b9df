// A server for tests: one socket at a time, a clock that the test turns.
import type { Frame, Socket, Surroundings } from "./connection.ts";

/** A frame as it came from the page. */
export interface Received extends Frame {
  readonly id: number;
  readonly [field: string]: unknown;
}

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Received[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Received);
  }

  close(): void {
    this.closed = true;
  }
}

interface Timer {
  at: number;
  act: () => void;
}

/** Takes connections, answers, breaks, and lets time pass. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly #timers = new Set<Timer>();
  #now = 0;
  /** What `random` gives. */
  chance = 0;

  get around(): Surroundings {
    return {
      open: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      after: (ms, act) => {
        const timer = { at: this.#now + ms, act };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
      random: () => this.chance,
    };
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets[this.sockets.length - 1];
    if (socket === undefined) throw new Error("nobody connected");
    return socket;
  }

  /** The frames of the newest socket. */
  get received(): readonly Received[] {
    return this.socket.sent;
  }

  /** The line opens, and the page's `hello` is answered. */
  async welcome(frame: object = {}): Promise<void> {
    this.socket.onopen?.();
    await settled();
    const hello = this.received[0];
    if (hello === undefined) throw new Error("no hello came");
    await this.reply(hello.id, { type: "welcome", ...frame });
  }

  async reply(re: number, frame: Frame): Promise<void> {
    await this.say({ re, ...frame });
  }

  async say(frame: object): Promise<void> {
    this.socket.onmessage?.({ data: JSON.stringify(frame) });
    await settled();
  }

  async close(code: number): Promise<void> {
    this.socket.onclose?.({ code });
    await settled();
  }

  /** Time passes; what is due happens in order. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.act();
      await settled();
    }
    this.#now = until;
  }
}

/** Everything that was promised has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
