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

/** The calls of one counselor. */
export class Raiser {
  /** Those without an answer, by case. */
  readonly calls = new SvelteMap<string, Calling>();
  readonly #world: RaiserWorld;
  // Which are being asked for, so that none is asked for twice at a time; never shown.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #asked = new Set<string>();
  /** Those that wait for an earlier one of their case, oldest first. */
  readonly #later: Call[] = [];

  constructor(world: RaiserWorld) {
    this.#world = world;
  }

  /** Calls a supervisor; after an earlier call for the case that is still on its way. */
  async raise(call: Call): Promise<void> {
    const before = this.calls.get(call.caseId);
    const isOnItsWay = before?.state === "sending" || before?.state === "waiting";
    // The same words again are the same call: a button was pressed twice.
    if (isOnItsWay && isSame(before, call)) return;
    if (isOnItsWay) this.#later.push(call);
    else await this.#send({ ...call, raiseId: toB64u(this.#world.random(16)), state: "sending" });
  }

  /** The line stands again: what was not answered is asked for once more. */
  online(): void {
    for (const call of this.calls.values()) if (call.state === "waiting") void this.#send(call);
  }

  /** Takes a refused call out of sight. */
  close(caseId: string): void {
    this.calls.delete(caseId);
  }

  async #send(call: Calling): Promise<void> {
    if (this.#asked.has(call.raiseId)) return;
    this.#asked.add(call.raiseId);
    await this.#untilAnswered(call);
    this.#asked.delete(call.raiseId);
    await this.#next(call.caseId);
  }

  /** The call that waited for the one before it, which the server has taken or refused. */
  async #next(caseId: string): Promise<void> {
    if (this.calls.get(caseId)?.state === "waiting") return;
    const index = this.#later.findIndex((call) => call.caseId === caseId);
    const [next] = index < 0 ? [] : this.#later.splice(index, 1);
    if (next !== undefined) await this.raise(next);
  }

  async #untilAnswered(call: Calling): Promise<void> {
    this.#become(call, "sending");
    let isSealedAnew = false;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#ask(call);
      } catch (error) {
        // The next welcome asks again.
        if (error instanceof Unanswered) return this.#become(call, "waiting");
        if (isPassing(error)) this.#become(call, "waiting");
        else if (isSealedAnew || !isOutdated(error)) return this.#become(call, "refused");
        else {
          isSealedAnew = true;
          await this.#world.refreshOrg();
        }
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
    this.calls.delete(call.caseId);
    stands(call, (answer as { escalation: EscalationView }).escalation);
  }

  #become(call: Calling, state: Calling["state"]): void {
    this.calls.set(call.caseId, { ...call, state });
  }
}

function isSame(one: Call, other: Call): boolean {
  return one.level === other.level && one.note === other.note;
}

/** Whether a call was sealed to a key that is no longer the newest. */
function isOutdated(error: unknown): boolean {
  return (
    error instanceof CommandRefused &&
    ["record_refused", "stale_roster"].includes(error.problem.code)
  );
}
