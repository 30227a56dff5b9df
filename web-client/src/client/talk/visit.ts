// One visit: what she does on one side, what the server says on the other, folded into one state.
import { toB64u } from "../../lib/crypto/bytes.ts";
import { KIND, SENDER } from "../../lib/crypto/message.ts";
import { isOwnBox, Refused } from "../../lib/crypto/refused.ts";
import type { Event, Frame as WireFrame, SessionView } from "../../lib/protocol/generated/wire.ts";
import { isPassing } from "../../lib/realtime/again.ts";
import { PROTOCOL_VERSION } from "../../lib/protocol/version.ts";
import { backoff } from "../../lib/realtime/backoff.ts";
import { CONTINUED_ELSEWHERE } from "../../lib/realtime/close.ts";
import { Connection, Unanswered } from "../../lib/realtime/connection.ts";
import type { Frame, Line } from "../../lib/realtime/connection.ts";
import { isSupervisor } from "../../lib/crypto/reasons.ts";
import { fold, type Happened } from "../../lib/state/fold.ts";
import { BEFORE_THE_TALK, unsentCount, type Talk } from "../../lib/state/talk.ts";
import type { Arrived } from "../../lib/talk/arrived.ts";
import { Sender, type SenderWorld } from "../../lib/talk/sender.ts";
import { textBody } from "../limits.ts";
import type { CodeTrouble, Start, Visit } from "../visit.ts";
import { mayTryAgain, RequestRefused } from "./api.ts";
import { field } from "./bodies.ts";
import type { Case } from "./case.ts";
import type { Coder } from "./coder.ts";
import { ChatLane, type Taken } from "./lane.ts";
import { post, prepare, type Prepared } from "./opening.ts";
import { NoRoster, Organisation, readRoot, type Root } from "./organisation.ts";
import { Wishes } from "./wishes.ts";
import type { World } from "./world.ts";

/** How long after a refusal that may pass the line is opened anew. */
const RETRY_MS = 5000;

type Reply<Type extends string> = Extract<WireFrame, { type: Type }>;
type Welcome = Reply<"welcome">;

/** A client's visit in her browser. */
export class TalkVisit implements Visit {
  readonly #world: World;
  readonly #root: () => Root;
  readonly #changed: (talk: Talk) => void;
  readonly #token: string;
  readonly #consent: string;
  readonly #line: Connection<Frame, Welcome, Event>;
  readonly #wishes: Wishes;
  #coder: Coder | undefined;
  /** What was written before the case was open. */
  readonly #early: { id: string; text: string }[] = [];
  #talk: Talk = BEFORE_THE_TALK;
  #case: Case | undefined;
  #hasLeft = false;
  #wasOpen = false;
  #read = 0;
  /** The highest counter of her own messages that are stored. */
  #ownCtr = 0;
  /** Ends when the case is open, or never will be. */
  #opening: Promise<void> = Promise.resolve();
  /** Everything that changes the case happens one after the other. */
  #tail: Promise<void> = Promise.resolve();

  /** @param consent which words she accepts */
  constructor(
    world: World,
    page: { orgId: string; root: string; changed: (talk: Talk) => void },
    consent: string,
  ) {
    this.#consent = consent;
    this.#world = world;
    this.#root = () => readRoot(page.orgId, page.root);
    this.#changed = page.changed;
    this.#token = toB64u(world.bytes(32));
    this.#line = new Connection<Frame, Welcome, Event>(world, {
      hello: async () => {
        await this.#tail;
        return {
          type: "hello",
          version: PROTOCOL_VERSION,
          token: this.#token,
          after_seq: this.#case?.lane.lastSeq ?? 0,
          records: this.#case?.lane.records ?? 0,
        };
      },
      welcome: (welcome) => this.#next((it) => this.#welcomed(it, welcome)),
      event: (event) => this.#next((it) => this.#heard(it, event)),
      line: (line) => this.#lineIs(line),
    });
    this.#wishes = new Wishes({
      isOpen: () => this.#line.line.kind === "open",
      talk: () => this.#talk,
      request: (command) => this.#line.request<Reply<"session">>(command),
      next: (act) => this.#next(act),
      organisation: () => this.#organisation(),
      reconnect: () => this.#reconnect(),
      ended: () => this.#happen({ type: "ending", ending: false }),
      danger: (isStored) => this.#happen({ type: "danger", danger: isStored ? "stored" : "none" }),
      accepted: (it) => this.#accepted(it),
      session: (session) => this.#session(session),
    });
  }

  /** The code and its arithmetic, fetched when somebody asks for one. */
  async #codes(): Promise<Coder> {
    const { Coder } = await import("./coder.ts");
    return (this.#coder ??= new Coder({
      ...{ world: this.#world, token: this.#token },
      opened: async () => {
        await this.#opening;
        await this.#tail;
        return this.#case;
      },
      state: (code) => this.#happen({ type: "code", code }),
    }));
  }

  open(start: Start): void {
    this.#opening = this.#openUntilDone(start);
  }

  async comeBack(digits: string): Promise<CodeTrouble | undefined> {
    const coder = await this.#codes();
    try {
      const org = await this.#organisation();
      const { lane, chat, taken, session } = await coder.open(org, digits);
      coder.keep(digits);
      this.#happen({ type: "read", seq: chat.read_by_staff });
      this.#read = chat.read_by_client;
      this.#show(lane, taken);
      this.#begin(org, lane, session);
      return undefined;
    } catch (error) {
      if (error instanceof NoRoster) this.#halt("no_roster");
      return coder.troubleOf(error);
    }
  }

  join(): void {
    this.#wishes.reopen();
  }

  write(text: string): void {
    // Whoever writes on has thought better of the end.
    this.#happen({ type: "ending", ending: false });
    const id = toB64u(this.#world.bytes(16));
    this.#happen({ type: "written", id, text, at: this.#world.now() });
    if (this.#case === undefined) this.#early.push({ id, text });
    else this.#send(this.#case.sender, id, text);
    if (this.#talk.session?.state === "ended") this.join();
  }

  #send(sender: Sender, msgId: string, text: string): void {
    sender.write({ msgId, kind: KIND.text, body: textBody(text), ts: this.#world.now() });
  }

  resend(): void {
    this.#line.hurry();
    this.#case?.sender.retry();
  }

  raise(): void {
    // Said again it is sent again: supervisors see that she pressed once more.
    this.#happen({ type: "danger", danger: "sending" });
    this.#wishes.danger(toB64u(this.#world.bytes(16)));
  }

  async code(): Promise<string> {
    try {
      return await (await this.#codes()).digits();
    } catch (error) {
      this.#happen({ type: "code", code: "failed" });
      throw error;
    }
  }

  codeNoted(): void {
    this.#happen({ type: "code", code: "confirmed" });
  }

  shown(): void {
    const seq = this.#case?.lane.lastSeq ?? 0;
    // What was changed was not shown: from then on nothing is told as read.
    if (this.#talk.missing || seq <= this.#read || this.#line.line.kind !== "open") return;
    this.#read = seq;
    // A mark that is lost is made up for by the next one.
    this.#line.request({ type: "read", seq } as Frame).catch(() => undefined);
  }

  end(): void {
    this.#happen({ type: "ending", ending: true });
    this.#wishes.pursue();
  }

  /** The phone is awake: an attempt now, instead of when its time has come. */
  hurry(): void {
    this.#line.hurry();
  }

  /** The phone is offline. */
  drop(): void {
    this.#line.drop();
  }

  leave(): void {
    this.#hasLeft = true;
    this.#lock();
    this.#line.stop();
  }

  #lock(): void {
    const lock = {
      method: "POST",
      keepalive: true,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: this.#token }),
    };
    this.#world.fetch("/api/session/lock", lock).catch(() => undefined);
  }

  async #organisation(): Promise<Organisation> {
    const org = await Organisation.fetch(this.#world, this.#root());
    if (org.clockOff) this.#happen({ type: "clock_off" });
    if (org.validity.state === "stale") this.#happen({ type: "roster_old" });
    return org;
  }

  /** Opens the case, as often as it takes: what is posted is the same until it is answered. */
  async #openUntilDone(start: Start): Promise<void> {
    let org: Organisation | undefined;
    let prepared: Prepared | undefined;
    for (let attempt = 0; !this.#hasLeft; attempt += 1) {
      try {
        org ??= await this.#organisation();
        prepared ??= await prepare(this.#world, org, this.#token, start, this.#consent);
        const { session } = await post(this.#world, prepared);
        this.#ownCtr = prepared.opening.messages.length;
        this.#begin(org, prepared.lane, session);
        return;
      } catch (error) {
        if (error instanceof RequestRefused && error.code === "stale_roster") {
          org = undefined;
          prepared = undefined;
        } else if (!mayTryAgain(error)) return this.#failed(error);
        this.#happen({ type: "line", line: "lost" });
        await this.#pause(backoff(attempt, this.#world.random()));
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((done) => this.#world.after(ms, done));
  }

  #begin(org: Organisation, lane: ChatLane, session: SessionView): void {
    // Left while the server was asked: it has the token only now.
    if (this.#hasLeft) return this.#lock();
    const sender = this.#sender(lane);
    this.#case = { org, lane, sender };
    this.#readers(this.#case);
    this.#session(session);
    for (const { id, text } of this.#early.splice(0)) this.#send(sender, id, text);
    this.#line.start();
  }

  #sender(lane: ChatLane): Sender {
    const { after, random } = this.#world;
    const world: SenderWorld = {
      ...{ after, jitter: random },
      send: (envelope) => this.#line.request<Reply<"stored">>({ type: "send", envelope } as Frame),
      stored: ({ msg_id, seq, stored_at }, message) => {
        this.#happen({ type: "stored", id: msg_id, seq, at: stored_at });
        if (this.#talk.ending) this.#wishes.pursue();
        this.#next((it) => (message === undefined ? this.#fetch(it) : this.#take(it, [message])));
      },
      notStored: (id) => this.#happen({ type: "not_stored", id }),
      sending: (id) => this.#happen({ type: "again", id }),
      // A client never stops being a reader; nothing of hers becomes unsendable.
      unsent: () => undefined,
      stale: () => this.#next((it) => this.#catchUp(it)),
      over: (code) => {
        if (code === "session_ended" || code === "wrong_state") sender.offline();
        else this.#halt("refused");
      },
      alarm: () => this.#halt("refused"),
    };
    const sender = new Sender(world, lane, lane.writer);
    return sender;
  }

  #happen(happened: Happened): void {
    this.#talk = fold(this.#talk, happened);
    if (!this.#hasLeft) this.#changed(this.#talk);
  }

  #halt(halt: NonNullable<Talk["halt"]>): void {
    this.#happen({ type: "halt", halt });
    this.#case?.sender.offline();
    this.#line.stop();
  }

  #failed(error: unknown): void {
    if (error instanceof Refused) return this.#halt(isOwnBox(error) ? "box" : "refused");
    if (error instanceof NoRoster) return this.#halt("no_roster");
    const isEarly = error instanceof RequestRefused && error.code === "not_ready";
    this.#halt(isEarly ? "no_roster" : "failed");
  }

  /** Does something with the case after everything before it is done. */
  #next(act: (it: Case) => void | Promise<void>): void {
    this.#tail = this.#tail.then(async () => {
      if (this.#case === undefined || this.#talk.halt !== undefined) return;
      try {
        await act(this.#case);
      } catch (error) {
        this.#troubled(error);
      }
    });
  }

  #troubled(error: unknown): void {
    // A broken line heals itself, and everything unanswered is asked again then.
    if (error instanceof Unanswered) return;
    if (!isPassing(error) && !mayTryAgain(error)) return this.#failed(error);
    this.#world.after(RETRY_MS, () => {
      if (this.#line.line.kind === "open") this.#reconnect();
    });
  }

  #lineIs(line: Line): void {
    if (line.kind === "open") {
      this.#wasOpen = true;
      return this.#happen({ type: "line", line: "open" });
    }
    this.#case?.sender.offline();
    if (line.kind === "closed") {
      if (line.then === "sign_in") return this.#halt("signed_out");
      return this.#halt(line.code === CONTINUED_ELSEWHERE ? "elsewhere" : "failed");
    }
    const isLost = this.#wasOpen || line.kind === "waiting";
    this.#happen({ type: "line", line: isLost ? "lost" : "connecting" });
  }

  async #welcomed(it: Case, welcome: Welcome): Promise<void> {
    await it.org.learn(welcome.org);
    await it.lane.accept(welcome.records);
    this.#readers(it);
    this.#happen({ type: "read", seq: welcome.read_by_staff });
    this.#read = Math.max(this.#read, welcome.read_by_client);
    await this.#take(it, welcome.page.messages);
    if (welcome.page.last_seq > it.lane.lastSeq) await this.#fetch(it);
    await this.#fetchPast(it);
    it.sender.knows(this.#ownCtr);
    this.#session(welcome.session);
    this.#wishes.pursue();
  }

  #heard(it: Case, event: Event): void | Promise<void> {
    switch (event.type) {
      case "message":
        return this.#take(it, [event.message]);
      case "record":
        return this.#record(it, event);
      case "read":
        if (!event.by_client) this.#happen({ type: "read", seq: event.seq });
        return;
      case "session_changed":
        return this.#session(event.session);
      default:
        return;
    }
  }

  async #record(it: Case, { org, record }: Extract<Event, { type: "record" }>): Promise<void> {
    await it.org.learn(org);
    await it.lane.accept([record]);
    this.#accepted(it);
  }

  /** Records were accepted: other people may read, under another key. */
  #accepted(it: Case): void {
    this.#readers(it);
    this.#write(it);
  }

  #readers({ lane }: Case): void {
    this.#happen({ type: "records", ...lane.said });
  }

  #session(session: SessionView): void {
    this.#happen({ type: "session", session });
    const isLeftOver = session.state === "ended" && unsentCount(this.#talk) > 0;
    // What she had written when the other side ended is not lost: it goes on with the case.
    if (session.reopen !== null || isLeftOver) this.#wishes.reopen();
    if (this.#case !== undefined) this.#write(this.#case);
  }

  /** Sends, or does not, as line, session and newest record stand now. */
  #write({ lane, sender }: Case): void {
    const state = this.#talk.session?.state ?? "ended";
    // A wrong box in a case that waits for the team she can mend, by a record of her own.
    if (lane.isSpoiled && state === "waiting" && this.#talk.teamReads) this.#wishes.reopen();
    if (state === "ended" || this.#line.line.kind !== "open" || lane.isSpoiled) sender.offline();
    else sender.online();
  }

  async #take(it: Case, messages: readonly Arrived[]): Promise<void> {
    const { taken, hasGap } = await it.lane.take(messages);
    this.#show(it.lane, taken);
    if (hasGap) await this.#fetch(it);
  }

  /** Fetches what comes after the newest message that is here, page by page. */
  async #fetch(it: Case): Promise<void> {
    for (;;) {
      const seq = it.lane.lastSeq;
      const page = await this.#line.request<Reply<"page">>({ type: "fetch_after", seq } as Frame);
      this.#show(it.lane, (await it.lane.take(page.messages)).taken);
      if (it.lane.lastSeq >= page.last_seq) return;
      // A server that leaves a gap hides something.
      if (it.lane.lastSeq === seq) return this.#happen({ type: "missing" });
    }
  }

  /** Fetches what was said before the newest page, for one who came back. */
  async #fetchPast(it: Case): Promise<void> {
    while (it.lane.oldestSeq > 1) {
      const seq = it.lane.oldestSeq;
      const page = await this.#line.request<Reply<"page">>({ type: "fetch_before", seq } as Frame);
      if (page.messages.length === 0) return this.#happen({ type: "missing" });
      this.#show(it.lane, await it.lane.before(page));
    }
  }

  #show(lane: ChatLane, taken: readonly Taken[]): void {
    // What cannot be opened has a place too, though nobody knows of which epoch.
    const marks = taken.map(({ seq, at, header }) => ({ seq, at, epoch: header?.epoch ?? -1 }));
    this.#happen({ type: "marks", marks });
    for (const { seq, at, message, broken } of taken) {
      if (message?.header.stype === SENDER.client) {
        this.#ownCtr = Math.max(this.#ownCtr, message.content.ctr);
      }
      if (broken !== undefined) {
        // What breaks a rule is said in its place, and nothing of it is shown or believed.
        this.#happen({ type: "missing" });
        const [id, from, text] = [`seq.${seq}`, "nobody", undefined] as const;
        this.#happen({ type: "received", id, from, text, seq, at });
      }
      if (broken !== undefined || message === undefined) continue;
      const { header, content } = message;
      const author = lane.author(header.epoch, header.senderKid);
      const staffId = author?.staffId;
      const role = author !== undefined && isSupervisor(author) ? "supervisor" : "counselor";
      const from = author === undefined ? "client" : role;
      const id = toB64u(header.msgId);
      const received = { type: "received", id, from, staffId, seq, at } as const;
      if (header.kind === KIND.hello && staffId !== undefined) {
        const name = field(content.body, "name");
        if (name !== undefined) this.#happen({ type: "named", staffId, name });
      } else if (header.kind === KIND.text) {
        this.#happen({ ...received, text: field(content.body, "t") });
      } else if (!QUIET.includes(header.kind)) {
        this.#happen({ ...received, text: undefined });
      }
    }
  }

  /** The server knows newer records: where they have not come yet, a new hello brings them. */
  #catchUp(it: Case): void {
    if (it.sender.isBehind) this.#reconnect();
    else this.#accepted(it);
  }

  #reconnect(): void {
    this.#line.stop();
    this.#line.start();
  }
}

/** Kinds that are for the counselor, or that the page shows in another way. */
const QUIET: readonly number[] = [KIND.signal, KIND.end, KIND.intake, KIND.consent, KIND.hello];
