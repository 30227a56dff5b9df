// One socket that heals itself: hello and welcome, numbered commands, jittered backoff.
// It knows no framework and no role: the client page and the desks give it their own frames.
import type { FrameProblem } from "../protocol/generated/wire.ts";
import { backoff } from "./backoff.ts";
import { afterClose, type AfterClose } from "./close.ts";

/** What is used of a WebSocket. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** The world around a connection; tests bring their own. */
export interface Surroundings {
  readonly open: () => Socket;
  /** Calls back after some milliseconds; returns how to call it off. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** A number from 0 to 1, 1 excluded. */
  readonly random: () => number;
}

/** Where the line stands. */
export type Line =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting" }
  /** Broken; the next attempt comes in `ms`. */
  | { readonly kind: "waiting"; readonly ms: number }
  | { readonly kind: "open" }
  /** Closed for good: sign in again, or stop. */
  | { readonly kind: "closed"; readonly then: AfterClose; readonly code: number };

/** A frame: an object with a `type`. */
export interface Frame {
  readonly type: string;
}

/** What a page gives to its connection. */
export interface Handlers<Hello extends Frame, Welcome extends Frame, Event extends Frame> {
  /** The first frame of each attempt: token, versions, and the positions from where to go on. */
  readonly hello: () => Hello | Promise<Hello>;
  /** The line stands; what was unanswered may be sent again now. */
  readonly welcome: (welcome: Welcome) => void;
  /** Something happened. Events come in the server's order, and never before `welcome`. */
  readonly event: (event: Event) => void;
  readonly line: (line: Line) => void;
}

/** A command was refused; the problem says why, and what is needed to decide anew. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  readonly problem: FrameProblem;

  constructor(problem: FrameProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** The code of a refusal; empty for anything else that went wrong. */
export const refusalCode = (error: unknown): string =>
  error instanceof CommandRefused ? error.problem.code : "";

/** The line broke before the answer came: the server may or may not have acted. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/** A command without an answer for this long means a line that is dead in one direction. */
export const ANSWER_MS = 20_000;

interface Waiter {
  readonly resolve: (reply: never) => void;
  readonly reject: (error: Error) => void;
  readonly calm: () => void;
}

/** A line to the server that is opened anew until it is told to stop. */
export class Connection<Hello extends Frame, Welcome extends Frame, Event extends Frame> {
  readonly #around: Surroundings;
  readonly #handlers: Handlers<Hello, Welcome, Event>;
  readonly #waiters = new Map<number, Waiter>();
  #socket: Socket | undefined;
  #line: Line = { kind: "idle" };
  #attempt = 0;
  #number = 0;
  #callOff: () => void = () => undefined;

  constructor(around: Surroundings, handlers: Handlers<Hello, Welcome, Event>) {
    this.#around = around;
    this.#handlers = handlers;
  }

  get line(): Line {
    return this.#line;
  }

  /** Opens the line; does nothing while it stands or is being opened. */
  start(): void {
    if (this.#socket !== undefined) return;
    this.#callOff();
    this.#become({ kind: "connecting" });
    const socket = this.#around.open();
    this.#socket = socket;
    // A socket that was given up may still speak; only the newest one is heard.
    const current = (act: () => void): void => {
      if (this.#socket === socket) act();
    };
    socket.onopen = () => current(() => void this.#greet(socket));
    socket.onmessage = ({ data }) => current(() => this.#read(data));
    socket.onclose = ({ code }) => current(() => this.#lost(code));
    this.#callOff = this.#around.after(ANSWER_MS, () => current(() => this.#giveUp()));
  }

  /** Tries again now instead of waiting: the phone is online again, or the page is looked at. */
  hurry(): void {
    if (this.#line.kind === "waiting") this.start();
  }

  /** The phone says that it is offline: the line is lost now, not when an answer fails to come. */
  drop(): void {
    if (this.#socket !== undefined) this.#giveUp();
  }

  /** Closes the line; no attempt follows until `start`. */
  stop(): void {
    const socket = this.#socket;
    this.#forget();
    this.#become({ kind: "idle" });
    socket?.close(1000);
  }

  /**
   * Sends a command and gives its reply.
   *
   * Throws `CommandRefused` with the server's problem, or `Unanswered` when the line is or gets broken;
   * whether to ask again is the caller's matter, since only it knows if the act may be repeated.
   */
  request<Reply extends Frame>(command: Frame): Promise<Reply> {
    if (this.#line.kind !== "open") return Promise.reject(new Unanswered());
    return this.#send(command);
  }

  async #greet(socket: Socket): Promise<void> {
    const hello = await this.#handlers.hello();
    if (this.#socket !== socket) return;
    try {
      const welcome = await this.#send<Welcome>(hello);
      if (this.#socket !== socket) return;
      this.#callOff();
      this.#attempt = 0;
      this.#become({ kind: "open" });
      this.#handlers.welcome(welcome);
    } catch {
      // Refused or broken: the server closes with a code that says what to do.
    }
  }

  #send<Reply extends Frame>(command: Frame): Promise<Reply> {
    this.#number += 1;
    const id = this.#number;
    const socket = this.#socket;
    return new Promise<Reply>((resolve, reject) => {
      const calm = this.#around.after(ANSWER_MS, () => {
        if (this.#socket === socket) this.#giveUp();
      });
      this.#waiters.set(id, { resolve, reject, calm });
      socket?.send(JSON.stringify({ id, ...command }));
    });
  }

  #read(data: unknown): void {
    if (typeof data !== "string") return;
    const frame = JSON.parse(data) as Frame & { re?: number };
    if (frame.re === undefined) {
      // A refusal of something that was not even a command carries no number.
      if (frame.type !== "refused") this.#handlers.event(frame as unknown as Event);
      return;
    }
    const waiter = this.#waiters.get(frame.re);
    if (waiter === undefined) return;
    this.#waiters.delete(frame.re);
    waiter.calm();
    if (frame.type === "refused") {
      waiter.reject(new CommandRefused(frame as unknown as FrameProblem));
    } else waiter.resolve(frame as never);
  }

  #lost(code: number): void {
    this.#forget();
    const then = afterClose(code);
    if (then === "reconnect") this.#wait();
    else this.#become({ kind: "closed", then, code });
  }

  /** The line is silent though it should not be: it is dropped without waiting for its close. */
  #giveUp(): void {
    const socket = this.#socket;
    this.#forget();
    socket?.close();
    this.#wait();
  }

  #wait(): void {
    const ms = backoff(this.#attempt, this.#around.random());
    this.#attempt += 1;
    this.#callOff = this.#around.after(ms, () => this.start());
    this.#become({ kind: "waiting", ms });
  }

  #forget(): void {
    this.#callOff();
    this.#socket = undefined;
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const { reject, calm } of waiters) {
      calm();
      reject(new Unanswered());
    }
  }

  #become(line: Line): void {
    this.#line = line;
    this.#handlers.line(line);
  }
}
