// What a desk knows of escalations, and what a supervisor does with them.
import { SvelteMap } from "svelte/reactivity";
import type { Verify } from "../lib/crypto/sign.ts";
import type { EscalationView, Event, StaffCommand } from "../lib/protocol/generated/wire.ts";
import { CommandRefused } from "../lib/realtime/connection.ts";
import type { StaffWelcome } from "./chats.svelte.ts";
import type { Halves } from "./flows/duties.ts";
import { memberOf, type Org } from "./flows/org.ts";
import { openReason, type ReadReason } from "./flows/raises.ts";
import {
  foldEscalations,
  isOver,
  NO_ESCALATIONS,
  queueOf,
  signsOf,
  type Escalations,
  type EscalationsEvent,
} from "./state/escalations.ts";
import type { Said } from "./views/said.ts";

/** A command of a supervisor to an escalation. */
type Deed = Extract<StaffCommand, { escalation_id: string }>;

/** What is needed of the world. */
export interface EscalationsWorld {
  readonly staffId: string;
  /** Only a supervisor is given reasons to open. */
  readonly isSupervisor: () => boolean;
  readonly verify: Verify;
  readonly org: () => Org;
  readonly halves: () => Halves;
  readonly request: (command: StaffCommand) => Promise<unknown>;
}

/** The escalations of one desk. */
export class EscalationDesk {
  known: Escalations = $state.raw(NO_ESCALATIONS);
  /** The reasons of raises, opened, by raise; only supervisors are given any. */
  readonly reasons = new SvelteMap<string, ReadReason>();
  /** What became of the last deed, by escalation, where it was refused. */
  readonly said = new SvelteMap<string, Said>();
  /** How many things have come that somebody should look up for. */
  alerts = $state(0);
  readonly #world: EscalationsWorld;

  constructor(world: EscalationsWorld) {
    this.#world = world;
  }

  /** The line stands. */
  welcome({ escalations, escalations_open, pages, supervisors }: StaffWelcome): void {
    const open = escalations_open;
    this.#fold({ type: "welcome", escalations, open, pages, supervisors });
    if (pages.length > 0) this.alerts += 1;
    void this.openReasons();
  }

  /** Something happened, perhaps to an escalation. */
  event(event: Event): void {
    if (event.type === "escalation") this.learn(event.escalation);
    else if (event.type === "supervisors") this.#fold(event);
    else if (event.type === "paged") {
      this.#fold(event);
      this.alerts += 1;
    }
  }

  /** An escalation as it stands now. */
  learn(escalation: EscalationView): void {
    const before = this.known.all.find((one) => one.escalation_id === escalation.escalation_id);
    const isDue = escalation.state === "raised" && before?.due !== escalation.due;
    // Also where somebody answers for it already, she should hear that the client said it again.
    const isSaidAgain = (before && signsOf(before).times) !== signsOf(escalation).times;
    if (isDue || (isSaidAgain && !isOver(escalation))) this.alerts += 1;
    this.#take(escalation);
  }

  #take(escalation: EscalationView): void {
    this.said.delete(escalation.escalation_id);
    this.#fold({ type: "escalation", escalation });
    void this.openReasons();
  }

  /** She is no supervisor any more: those of her own cases are left. */
  keep(isHers: (caseId: string) => boolean): void {
    const all = this.known.all.filter(({ case_id }) => isHers(case_id));
    this.known = { ...NO_ESCALATIONS, all, supervisors: this.known.supervisors };
    this.reasons.clear();
  }

  /** Whether a deed's doer is the person at this desk. */
  isMine(by: string): boolean {
    return by === this.#world.staffId;
  }

  /** How a colleague is called on the desk; undefined for somebody whom no list names. */
  nameOf(staffId: string): string | undefined {
    const org = this.#world.org();
    const alias = memberOf(org, staffId)?.alias;
    return org.names.get(staffId) ?? (alias === undefined ? undefined : String(alias));
  }

  /** How many nobody has acknowledged. */
  get waiting(): number {
    return queueOf(this.known).filter(({ due }) => due !== null).length;
  }

  /** Says that she has seen it. */
  acknowledge({ escalation_id }: EscalationView): Promise<boolean> {
    return this.#do({ type: "acknowledge", escalation_id });
  }

  /** Answers for it from now on, in the place of its owner where it has one. */
  own({ escalation_id, owner }: EscalationView): Promise<boolean> {
    return this.#do({ type: "own", escalation_id, from: owner?.by ?? null });
  }

  /** Judges it less urgent: from level 3 to 2, since 1 is no escalation. */
  lower({ escalation_id }: EscalationView, reason: string): Promise<boolean> {
    return this.#do({ type: "lower", escalation_id, level: 2, reason });
  }

  /** Closes it. `followUp` as YYYY-MM-DD. */
  resolve(
    { escalation_id }: EscalationView,
    outcome: string,
    followUp: string | null,
  ): Promise<boolean> {
    return this.#do({ type: "resolve", escalation_id, outcome, follow_up: followUp });
  }

  /** Opens it again, with a new deadline and nobody who answers for it. */
  reopen({ escalation_id }: EscalationView): Promise<boolean> {
    return this.#do({ type: "reopen_escalation", escalation_id });
  }

  /** The calls stand before her eyes: the server need not show them again. */
  async pagesShown(): Promise<void> {
    const { unseen } = this.known;
    if (unseen.length === 0) return;
    const minute = Math.max(...unseen);
    try {
      await this.#world.request({ type: "page_seen", minute });
    } catch {
      // Shown again by the next welcome: rather twice than never.
      return;
    }
    this.#fold({ type: "page_seen", minute });
  }

  async #do(deed: Deed): Promise<boolean> {
    this.said.delete(deed.escalation_id);
    try {
      const answer = (await this.#world.request(deed)) as { escalation: EscalationView };
      this.#take(answer.escalation);
      return true;
    } catch (error) {
      const said: Said =
        error instanceof CommandRefused
          ? this.#refused(deed.escalation_id, error.problem.code)
          : { key: "desk.error.generic" };
      this.said.set(deed.escalation_id, said);
      return false;
    }
  }

  /** Who was first, as far as this desk has heard it. */
  #refused(id: string, code: string): Said {
    const one = this.known.all.find(({ escalation_id }) => escalation_id === id);
    const first = code === "escalation_acknowledged" ? one?.acknowledged : one?.owner;
    const name = first ? this.nameOf(first.by) : undefined;
    if (name === undefined) return { key: "desk.error.changed" };
    if (code === "escalation_acknowledged") {
      return { key: "desk.supervisor.queue.taken", values: { name } };
    }
    if (code === "escalation_owned") return { key: "desk.escalate.owned", values: { name } };
    return { key: "desk.error.changed" };
  }

  /** Opens the reasons that are not open yet; also once the staff list or her keys have changed. */
  async openReasons(): Promise<void> {
    const { isSupervisor, verify, org, halves } = this.#world;
    if (!isSupervisor()) return;
    for (const escalation of this.known.all) {
      for (const raise of escalation.raises) {
        if (this.reasons.get(raise.raise_id)?.is === "read") continue;
        const read = await openReason(verify, org(), halves(), escalation, raise);
        if (read !== null) this.reasons.set(raise.raise_id, read);
      }
    }
  }

  #fold(event: EscalationsEvent): void {
    this.known = foldEscalations(this.known, event);
  }
}
