// Calls for a supervisor on their way: each is asked for until the server has answered, always under
// the same id, so that a call whose answer was lost is never two.
import { SvelteMap } from "svelte/reactivity";
import { toB64u, type Random } from "../../lib/crypto/bytes.ts";
import type { SigKeys } from "../../lib/crypto/sign.ts";
import type { EscalationView, StaffCommand } from "../../lib/protocol/generated/wire.ts";
import { isPassing } from "../../lib/realtime/again.ts";
import { backoff } from "../../lib/realtime/backoff.ts";
import { CommandRefused, Unanswered } from "../../lib/realtime/connection.ts";
import { sealRaise, type Reason } from "../flows/raises.ts";
import type { Org } from "../flows/org.ts";

/** What the counselor asks for. */
export interface Call {
  readonly caseId: string;
  readonly level: 2 | 3;
  readonly reason: Reason;
  /** The same in the words of her desk: a note in the case once the call stands. */
  readonly note: string;
}

/** A call without an answer. */
export interface Calling extends Call {
  readonly raiseId: string;
  /** On its way, not taken yet and tried again, or refused for good. */
  readonly state: "sending" | "waiting" | "refused" | "nobody";
}

/** What a raiser needs of the world. */
export interface RaiserWorld {
  readonly random: Random;
  readonly sig: SigKeys;
  readonly org: () => Org;
  readonly refreshOrg: () => Promise<void>;
  readonly request: (command: StaffCommand) => Promise<unknown>;
  readonly after: (ms: number, act: () => void) => unknown;
  /** The call stands. */
  readonly stands: (call: Call, escalation: EscalationView) => void;
}

/** What says that a call was sealed to a key that is no longer the newest, and how often in all. */
const OLD_SEALS = new Map([
  ["record_refused", 1],
  ["stale_roster", 5],
]);

/** Whether a call is over without standing. */
export const isRefused = (state: Calling["state"]): boolean =>
  state === "refused" || state === "nobody";

/** How often a refusal may be met with a new seal; never, where that would not help. */
const newSeals = (error: unknown): number =>
  error instanceof CommandRefused ? (OLD_SEALS.get(error.problem.code) ?? 0) : 0;

/** The calls of one counselor. */
export class Raiser {
  /** Those without an answer, by their ids. */
  readonly calls = new SvelteMap<string, Calling>();
  readonly #world: RaiserWorld;
  // Which are being asked for, so that none is asked for twice at a time; never shown.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #asked = new Set<string>();

  constructor(world: RaiserWorld) {
    this.#world = world;
  }

  /** Calls a supervisor. A second call for a case goes beside the first, unless it says the same. */
  async raise(call: Call): Promise<void> {
    for (const before of this.ofCase(call.caseId)) {
      if (isRefused(before.state)) this.calls.delete(before.raiseId);
      else if (before.level === call.level && before.note === call.note) return;
    }
    await this.#send({ ...call, raiseId: toB64u(this.#world.random(16)), state: "sending" });
  }

  /** The calls of a case, oldest first. */
  ofCase(caseId: string): Calling[] {
    return [...this.calls.values()].filter((call) => call.caseId === caseId);
  }

  /** The line stands again: what was not answered is asked for once more. */
  online(): void {
    for (const call of this.calls.values()) if (call.state === "waiting") void this.#send(call);
  }

  /** Takes a refused call out of sight. */
  close({ raiseId }: Calling): void {
    this.calls.delete(raiseId);
  }

  async #send(call: Calling): Promise<void> {
    if (this.#asked.has(call.raiseId)) return;
    this.#asked.add(call.raiseId);
    await this.#untilAnswered(call);
    this.#asked.delete(call.raiseId);
  }

  async #untilAnswered(call: Calling): Promise<void> {
    this.#become(call, "sending");
    let sealed = 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#ask(call);
      } catch (error) {
        // The next welcome asks again.
        if (error instanceof Unanswered) return this.#become(call, "waiting");
        if (!isPassing(error)) {
          // With the newest staff list it may be sealed to the right key.
          if (sealed >= newSeals(error)) return this.#become(call, "refused");
          sealed += 1;
          await this.#world.refreshOrg();
        }
        this.#become(call, "waiting");
      }
      await new Promise<void>((done) => this.#world.after(backoff(attempt, 0.5), done));
    }
  }

  async #ask(call: Calling): Promise<void> {
    const { random, sig, org, request, stands } = this.#world;
    const sealed = await sealRaise(org(), call, sig, random);
    if (sealed === null) return this.#become(call, "nobody");
    const { caseId: case_id, raiseId: raise_id, level } = call;
    const answer = await request({ type: "raise", case_id, raise_id, level, ...sealed });
    this.calls.delete(call.raiseId);
    stands(call, (answer as { escalation: EscalationView }).escalation);
  }

  #become(call: Calling, state: Calling["state"]): void {
    this.calls.set(call.raiseId, { ...call, state });
  }
}
