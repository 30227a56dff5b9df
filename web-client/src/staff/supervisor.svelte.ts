// What a supervisor's desk has beside escalations: break glass (asked for, approved, opened,
// countersigned), cases left behind, the live board.
import { SvelteMap } from "svelte/reactivity";
import { toB64u, type Random } from "../lib/crypto/bytes.ts";
import type {
  CaseView,
  Event,
  LeftBehindView,
  OpeningView,
  StaffCommand,
} from "../lib/protocol/generated/wire.ts";
import { refusalCode } from "../lib/realtime/connection.ts";
import type { Chats, StaffWelcome } from "./chats.svelte.ts";
import { EMPTY_BOARD, foldBoard, type Board } from "./state/board.ts";
import { isToCountersign, toAnswer, withOpening, type Openings } from "./state/openings.ts";
import type { Said } from "./views/said.ts";

/** What follows once a case is open. */
export type Then = "read" | "take" | "requeue";

/** What is to be opened, approved or countersigned. */
type Asked = {
  readonly openingId: string;
  readonly caseId: string;
  /** Whether a fresh code is asked for. */
  readonly code: boolean;
} & (
  | {
      readonly deed: "open";
      /** Null while she is to choose it. */
      readonly reason: string | null;
      readonly then: Then;
    }
  | { readonly deed: "approve" | "countersign" }
  /** A case that she reads already goes back into the queue. */
  | { readonly deed: "requeue"; readonly opening: OpeningView }
);

/** What she is asked about before that, and how far it is. */
export type Question = Asked &
  (
    | { readonly is: "asking" | "sending" }
    /** Nothing was done, and she may answer again. */
    | { readonly is: "refused"; readonly said: Said }
  );

/** What is needed of the world. */
export interface SupervisorWorld {
  readonly staffId: string;
  readonly random: Random;
  /** ms since 1970, by this browser. */
  readonly now: () => number;
  /** When she last gave the second factor at this page; null where it was before. */
  readonly factorAt: number | null;
  readonly request: (command: StaffCommand) => Promise<unknown>;
}

/** For how long a second factor counts as fresh, less the time that a form takes, ms. */
const FRESH_MS = 4 * 60_000 + 30_000;

/** What is said of a refusal, by code. */
const SAID: Readonly<Record<string, Said>> = {
  own_opening: { key: "desk.supervisor.break_glass.not_self" },
  opening_over: { key: "desk.supervisor.break_glass.over" },
  not_found: { key: "desk.error.case_gone" },
  forbidden: { key: "desk.error.not_allowed" },
  factor_needed: { key: "desk.supervisor.break_glass.code_old" },
  totp_failed: { key: "desk.signin.error.code" },
  slow_down: { key: "desk.signin.error.slow_down" },
};

const saidOf = (code: string): Said => SAID[code] ?? { key: "desk.error.generic" };

/** A supervisor's openings and the cases that nobody holds. */
export class Supervisor {
  openings: Openings = $state.raw([]);
  leftBehind: readonly LeftBehindView[] = $state.raw([]);
  /** The live board. */
  board: Board = $state.raw(EMPTY_BOARD);
  /** When the line was lost, by this browser, ms since 1970; null while it stands. */
  lostAt: number | null = $state(null);
  /** What she is asked about now. */
  question: Question | null = $state.raw(null);
  /** What became of the last deed, by opening. */
  readonly said = new SvelteMap<string, Said>();
  /** How many things have come that she should look up for. */
  alerts = $state(0);
  readonly #world: SupervisorWorld;
  readonly #chats: Chats;
  #factorAt: number | null;
  /** What is to follow an own ask, by opening; never shown. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #then = new Map<string, Then>();

  constructor(world: SupervisorWorld, chats: Chats) {
    this.#world = world;
    this.#chats = chats;
    this.#factorAt = world.factorAt;
  }

  /** The line stands. */
  welcome({ openings, left_behind: leftBehind, board }: StaffWelcome): void {
    const known = this.openings;
    this.openings = openings;
    this.leftBehind = leftBehind;
    this.board = board === null ? EMPTY_BOARD : foldBoard(EMPTY_BOARD, board);
    this.lostAt = null;
    for (const opening of openings) this.#alert(known, opening);
  }

  /** Something happened, perhaps to an opening. */
  event(event: Event): void {
    if (event.type === "opening") this.#learn(event.opening);
    else if (event.type === "left_behind") this.leftBehind = event.cases;
    else if (event.type === "board") this.board = foldBoard(this.board, event.board);
  }

  /** The line is lost: what stands here is from before. */
  lost(): void {
    this.lostAt ??= this.#world.now();
  }

  #learn(opening: OpeningView): void {
    const known = this.openings;
    this.openings = withOpening(known, opening);
    this.said.delete(opening.opening_id);
    this.#alert(known, opening);
    if (opening.by === this.#world.staffId) this.#chats.opening(opening);
  }

  /** A colleague's new ask, and the word that she herself waits for. */
  #alert(known: Openings, { opening_id, state, by }: OpeningView): void {
    const before = known.find((one) => one.opening_id === opening_id)?.state;
    const isOwn = by === this.#world.staffId;
    const isNew = isOwn ? state === "approved" || state === "refused" : state === "asked";
    if (isNew && before !== state) this.alerts += 1;
  }

  /** The role is gone, and with it what she read by it. */
  over(): void {
    for (const opening of this.openings) {
      const isHers = this.isMine(opening) && opening.state === "open";
      if (isHers) this.#chats.opening({ ...opening, state: "closed" });
    }
  }

  /** How many colleagues wait for her word. */
  get waiting(): number {
    return toAnswer(this.openings, this.#world.staffId);
  }

  /** How many cases colleagues opened alone wait for somebody to countersign. */
  get toCountersign(): number {
    return this.openings.filter((one) => !this.isMine(one) && isToCountersign(one)).length;
  }

  /** Whether an opening is her own. */
  isMine({ by }: Pick<OpeningView, "by">): boolean {
    return by === this.#world.staffId;
  }

  /** Her own live opening of a case. */
  openOf(caseId: string): OpeningView | undefined {
    return this.openings.find(
      ({ by, case_id, state }) =>
        by === this.#world.staffId && case_id === caseId && state === "open",
    );
  }

  /**
   * Asks her why she opens a case; where its reason is known already, for a code at most. Of what
   * she has open only this is asked, whether it may leave her. True once the case stands among her
   * chats.
   */
  async ask(caseId: string, then: Then): Promise<boolean> {
    const open = this.openOf(caseId);
    if (open !== undefined && then !== "requeue") return this.#follow(open, then);
    if (open !== undefined) {
      const { opening_id: openingId } = open;
      this.question = {
        ...{ openingId, caseId, code: false, is: "asking" },
        ...{ deed: "requeue", opening: open },
      };
      return false;
    }
    const openingId = toB64u(this.#world.random(16));
    const reason = then === "read" ? null : "left_behind";
    this.question = {
      ...{ openingId, caseId, code: this.#isStale, is: "asking" },
      ...{ deed: "open", reason, then },
    };
    return false;
  }

  /** Opens what was approved, or what she may open alone by now. */
  async open(opening: OpeningView): Promise<boolean> {
    const { opening_id: openingId, case_id: caseId, reason } = opening;
    const then = this.#then.get(openingId) ?? "read";
    return this.#unlessStale({
      ...{ openingId, caseId, code: this.#isStale },
      ...{ deed: "open", reason, then },
    });
  }

  /** Lets a colleague open a case. */
  approve(opening: OpeningView): Promise<boolean> {
    return this.#say("approve", opening);
  }

  /** Says afterwards that a colleague was right to open a case alone. */
  countersign(opening: OpeningView): Promise<boolean> {
    return this.#say("countersign", opening);
  }

  #say(deed: "approve" | "countersign", opening: OpeningView): Promise<boolean> {
    const { opening_id: openingId, case_id: caseId } = opening;
    return this.#unlessStale({ deed, openingId, caseId, code: this.#isStale });
  }

  /** Says no to a colleague's ask. */
  async refuse({ opening_id }: OpeningView): Promise<void> {
    await this.#do({ type: "refuse_opening", opening_id });
  }

  /** Takes an own ask back, or ends reading. */
  close({ opening_id }: OpeningView): Promise<boolean> {
    return this.#do({ type: "close_opening", opening_id });
  }

  /** An own ask that was refused goes out of sight. */
  dismiss({ opening_id }: OpeningView): void {
    this.openings = this.openings.filter((one) => one.opening_id !== opening_id);
  }

  /** Nothing more is begun; what was sent already may still be done, and then stands on her desk. */
  stay(): void {
    this.question = null;
  }

  /** She has answered. True once the case stands among her chats. */
  async answer(reason: string, code: string): Promise<boolean> {
    const { question } = this;
    if (question === null || question.is === "sending") return false;
    const sending: Question = { ...withReason(question, reason), is: "sending" };
    this.question = sending;
    // Until the code is taken the server knows of no reason, and she may choose another.
    let tried: Question = question;
    // She may have left it meanwhile, and be asked about something else.
    const isWanted = (): boolean => this.question === sending;
    try {
      if (sending.code) await this.#confirm(code);
      tried = sending;
      const isDone = isWanted() && (await this.#act(sending, isWanted));
      if (!isWanted()) return false;
      this.question = null;
      return isDone;
    } catch (error) {
      const said = this.#failed(error);
      if (isWanted()) this.question = { ...tried, is: "refused", code: this.#isStale, said };
      return false;
    }
  }

  /** Whether her second factor is too old for what comes next. */
  get #isStale(): boolean {
    return this.#world.now() - (this.#factorAt ?? -Infinity) > FRESH_MS;
  }

  /** What is said of a failure; a factor that the server finds too old counts no longer. */
  #failed(error: unknown): Said {
    const code = refusalCode(error);
    if (code === "factor_needed") this.#factorAt = null;
    return saidOf(code);
  }

  /** Acts at once while her second factor is fresh; else she is asked for a code. */
  async #unlessStale(asked: Asked): Promise<boolean> {
    if (asked.code) {
      this.question = { ...asked, is: "asking" };
      return false;
    }
    try {
      return await this.#act(asked, () => true);
    } catch (error) {
      const said = this.#failed(error);
      // What she is asked about by now is not put away for it.
      const isAsked = refusalCode(error) === "factor_needed" && this.question === null;
      if (isAsked) this.question = { ...asked, is: "asking", code: true };
      else this.said.set(asked.openingId, said);
      return false;
    }
  }

  async #confirm(code: string): Promise<void> {
    await this.#world.request({ type: "confirm", code });
    this.#factorAt = this.#world.now();
  }

  async #act(asked: Asked, isWanted: () => boolean): Promise<boolean> {
    const { openingId: opening_id, caseId: case_id } = asked;
    if (asked.deed === "requeue") {
      await this.#putBack(asked.opening);
      return false;
    }
    if (asked.deed !== "open") {
      const type = asked.deed === "approve" ? "approve_opening" : "countersign";
      const answer = await this.#world.request({ type, opening_id });
      this.#learn((answer as { opening: OpeningView }).opening);
      return false;
    }
    const { then } = asked;
    this.#then.set(opening_id, then);
    const command = {
      type: "break_glass",
      opening_id,
      case_id,
      reason: asked.reason ?? "",
    } as const;
    const glass = (await this.#world.request(command)) as {
      opening: OpeningView;
      case: CaseView | null;
    };
    this.#learn(glass.opening);
    if (glass.case === null) return false;
    await this.#chats.read(glass.opening, glass.case);
    return isWanted() && this.#follow(glass.opening, then);
  }

  /** What an open case was opened for. */
  async #follow(opening: OpeningView, then: Then): Promise<boolean> {
    const { case_id: caseId } = opening;
    this.#chats.toFront(caseId);
    if (then === "take") await this.#chats.seat(caseId, "take_over");
    if (then === "requeue") return !(await this.#putBack(opening));
    return true;
  }

  /** Back into the queue, and out of her sight. */
  async #putBack(opening: OpeningView): Promise<boolean> {
    if (!(await this.#chats.requeue(opening.case_id))) return false;
    await this.close(opening);
    this.#chats.close(opening.case_id);
    return true;
  }

  async #do(command: Extract<StaffCommand, { opening_id: string }>): Promise<boolean> {
    const { opening_id } = command;
    this.said.delete(opening_id);
    try {
      const answer = (await this.#world.request(command)) as { opening: OpeningView };
      this.#learn(answer.opening);
      return true;
    } catch (error) {
      this.said.set(opening_id, saidOf(refusalCode(error)));
      return false;
    }
  }
}

/** Once she has said why, asking again does not change it. */
function withReason(asked: Asked, reason: string): Asked {
  return asked.deed === "open" ? { ...asked, reason: asked.reason ?? reason } : asked;
}
