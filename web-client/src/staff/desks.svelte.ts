// The desks of one person. A roster may make her a supervisor, or end it, while her page is open: what
// the server says is always taken in, and what only a supervisor has is shown while she is one.
import type { Event, Role } from "../lib/protocol/generated/wire.ts";
import type { ChatsWorld } from "./case/lanes.ts";
import { Raiser } from "./case/raiser.svelte.ts";
import { Chats, type StaffWelcome } from "./chats.svelte.ts";
import { Counselor } from "./counselor.svelte.ts";
import { EscalationDesk } from "./escalations.svelte.ts";
import type { Halves } from "./flows/duties.ts";
import { Supervisor } from "./supervisor.svelte.ts";

/** What the desks need of the world. */
export interface DesksWorld extends ChatsWorld {
  /** Her roles when she signed in. */
  readonly roles: readonly Role[];
  /** Whether she is a supervisor now. */
  readonly isSupervisor: () => boolean;
  /** When she last gave the second factor at this page; null where it was before. */
  readonly factorAt: number | null;
  readonly halves: () => Halves;
}

/** The desks of one person. */
export class Desks {
  readonly counselor: Counselor | null;
  /** The counselor's calls for a supervisor. */
  readonly raiser: Raiser | null;
  readonly escalations: EscalationDesk;
  readonly #world: DesksWorld;
  readonly #chats: Chats;
  #supervisor: Supervisor;
  #wasSupervisor: boolean;

  constructor(world: DesksWorld) {
    this.#world = world;
    this.#wasSupervisor = world.isSupervisor();
    this.escalations = new EscalationDesk(world);
    this.counselor = world.roles.includes("counselor") ? new Counselor(world) : null;
    this.#chats = this.counselor ?? new Chats(world);
    this.#supervisor = $state.raw(new Supervisor(world, this.#chats));
    this.raiser = this.counselor === null ? null : this.#makeRaiser();
  }

  #makeRaiser(): Raiser {
    return new Raiser({
      ...this.#world,
      stands: ({ caseId, note }, escalation) => {
        this.escalations.learn(escalation);
        this.#chats.addNote(caseId, note);
      },
    });
  }

  /** Her chats; a counselor's are her desk. A supervisor's stay until she has put them away. */
  get chats(): Chats | null {
    const has = this.#world.isSupervisor() || this.#chats.desk.chats.length > 0;
    return this.counselor ?? (has ? this.#chats : null);
  }

  get supervisor(): Supervisor | null {
    return this.#world.isSupervisor() ? this.#supervisor : null;
  }

  /** The staff list may be another: with the role goes what it let her see. */
  look(): void {
    const was = this.#wasSupervisor;
    this.#wasSupervisor = this.#world.isSupervisor();
    if (!was || this.#wasSupervisor) return;
    this.#supervisor.over();
    this.#supervisor = new Supervisor(this.#world, this.#chats);
    this.escalations.keep((caseId) => this.#chats.chat(caseId) !== undefined);
  }

  /** The line stands. */
  welcome(welcome: StaffWelcome): void {
    this.escalations.welcome(welcome);
    this.#supervisor.welcome(welcome);
    this.#chats.welcome(welcome);
    this.raiser?.online();
  }

  /** Something happened; a new role's events come before the staff list that says why. */
  event(event: Event): void {
    this.escalations.event(event);
    this.#supervisor.event(event);
    this.#chats.event(event);
  }

  /** The line is broken. */
  lost(): void {
    this.#chats.lost();
    this.#supervisor.lost();
  }
}
