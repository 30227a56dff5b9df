// What is to be asked of the server as soon as the line stands: danger, the team again, the end.
import type { SessionView } from "../../lib/protocol/generated/wire.ts";
import { isPassing } from "../../lib/realtime/again.ts";
import { CommandRefused, type Frame } from "../../lib/realtime/connection.ts";
import { unsentCount, type Talk } from "../../lib/state/talk.ts";
import { RequestRefused } from "./api.ts";
import type { Case } from "./case.ts";
import type { Organisation } from "./organisation.ts";

export type Wish = "raise" | "reopen" | "end";

/** What wishes need of their visit. */
export interface WishesWorld {
  readonly isOpen: () => boolean;
  readonly talk: () => Talk;
  readonly request: (command: Frame) => Promise<SessionView>;
  /** Does something with the case after everything before it is done. */
  readonly next: (act: (it: Case) => Promise<void>) => void;
  readonly organisation: () => Promise<Organisation>;
  readonly reconnect: () => void;
  /** The end that she asked for was answered. */
  readonly ended: () => void;
  /** Whether the sign of danger is stored. */
  readonly danger: (isStored: boolean) => void;
  /** The case has another record. */
  readonly accepted: (it: Case) => void;
  readonly session: (session: SessionView) => void;
}

/** A visit's wishes, each kept until it is answered. */
export class Wishes {
  readonly #world: WishesWorld;
  readonly #open = new Set<Wish>();

  constructor(world: WishesWorld) {
    this.#world = world;
  }

  add(wish: Wish): void {
    this.#open.add(wish);
    this.pursue();
  }

  drop(wish: Wish): void {
    this.#open.delete(wish);
  }

  /** Asks for everything wished for; what is not answered is asked for again when the line stands. */
  pursue(): void {
    this.#world.next(async (it) => {
      if (!this.#world.isOpen()) return;
      if (this.#open.has("raise")) {
        await this.#ask("raise", { type: "raise_level", level: 3 } as Frame);
        this.#world.danger(this.#world.talk().session?.level === 3);
      }
      if (this.#open.has("reopen")) await this.#reopen(it);
      // The end comes after everything that she wrote.
      if (this.#open.has("end") && unsentCount(this.#world.talk()) === 0) {
        await this.#ask("end", { type: "end" });
        this.#world.ended();
      }
    });
  }

  async #ask(wish: Wish, command: Frame): Promise<void> {
    try {
      const session = await this.#world.request(command);
      this.#open.delete(wish);
      this.#world.session(session);
    } catch (error) {
      if (!(error instanceof CommandRefused) || isPassing(error)) throw error;
      // It cannot be done any more, as when the session ended meanwhile.
      this.#open.delete(wish);
    }
  }

  /** Opens the case to the team, or takes its place in the line again where it is open to it. */
  async #reopen(it: Case): Promise<void> {
    const needsNew = this.#world.talk().session?.reopen !== null || !it.lane.isOpenToTeam;
    const epoch = needsNew ? await it.lane.makeForTeam() : null;
    try {
      const session = await this.#world.request({ type: "reopen", epoch } as Frame);
      this.#open.delete("reopen");
      if (epoch !== null) await it.lane.accept([epoch]);
      this.#world.accepted(it);
      this.#world.session(session);
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      await this.#decideAnew(it, error.problem.code);
    }
  }

  /** Somebody else was faster, or the staff list is newer: with what is true now, once more. */
  async #decideAnew(it: Case, code: string): Promise<void> {
    if (code === "stale_roster") it.org.renew(await this.#world.organisation());
    else if (code === "stale_epoch") this.#world.reconnect();
    else if (code === "wrong_state") this.#open.delete("reopen");
    else throw new RequestRefused("unknown");
    this.pursue();
  }
}
