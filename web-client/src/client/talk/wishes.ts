// What is to be asked of the server as soon as the line stands: danger, the team again, the end.
import type { SessionView } from "../../lib/protocol/generated/wire.ts";
import { isPassing } from "../../lib/realtime/again.ts";
import { CommandRefused, type Frame } from "../../lib/realtime/connection.ts";
import { unsentCount, type Talk } from "../../lib/state/talk.ts";
import { RequestRefused } from "./api.ts";
import type { Case } from "./case.ts";
import type { Organisation } from "./organisation.ts";

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

/** A visit's wishes, each kept until it is answered. Danger and end stand in the talk already. */
export class Wishes {
  readonly #world: WishesWorld;
  /** Whether the case is to be opened to the team, or to take its place in the line again. */
  #toTeam = false;
  /** The id of her last press of the danger button: sent again it is the same press. */
  #press = "";

  constructor(world: WishesWorld) {
    this.#world = world;
  }

  reopen(): void {
    this.#toTeam = true;
    this.pursue();
  }

  /** She pressed the danger button. */
  danger(press: string): void {
    this.#press = press;
    this.pursue();
  }

  /** Asks for everything wished for; what is not answered is asked for again when the line stands. */
  pursue(): void {
    this.#world.next(async (it) => {
      if (!this.#world.isOpen()) return;
      // Nothing can be raised in a talk that is over.
      if (this.#toTeam && this.#world.talk().session?.state === "ended") await this.#reopen(it);
      if (this.#world.talk().danger === "sending") {
        const press = this.#press;
        await this.#ask({ type: "raise_level", raise_id: press, level: 3 } as Frame);
        // Pressed once more meanwhile: the newer one is asked for next.
        if (press === this.#press) this.#world.danger(this.#world.talk().session?.level === 3);
      }
      if (this.#toTeam) await this.#reopen(it);
      // The end comes after everything that she wrote.
      if (this.#world.talk().ending && unsentCount(this.#world.talk()) === 0) {
        await this.#ask({ type: "end" });
        this.#world.ended();
      }
    });
  }

  /** Throws what may pass; what cannot be done any more, as after the session's end, is let go. */
  async #ask(command: Frame): Promise<void> {
    try {
      this.#world.session(await this.#world.request(command));
    } catch (error) {
      if (!(error instanceof CommandRefused) || isPassing(error)) throw error;
    }
  }

  /** Opens the case to the team, or takes its place in the line again where it is open to it. */
  async #reopen(it: Case): Promise<void> {
    const needsNew = this.#world.talk().session?.reopen !== null || !it.lane.isOpenToTeam;
    const epoch = needsNew ? await it.lane.makeForTeam() : null;
    try {
      const session = await this.#world.request({ type: "reopen", epoch } as Frame);
      this.#toTeam = false;
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
    else if (code === "wrong_state") this.#toTeam = false;
    else throw new RequestRefused("unknown");
    this.pursue();
  }
}
