// The page's one visit. Each way in gets a visit of its own, with its own keys and token, so that an
// attempt that was given up can touch nothing of the next one.
import { BEFORE_THE_TALK, type Talk } from "../lib/state/talk.ts";
import type { MakeVisit, Visit } from "./visit.ts";

/** Where the page's visit sits. */
export class Seat {
  readonly #load: () => Promise<MakeVisit>;
  readonly #page: { readonly orgId: string; readonly root: string };
  readonly #changed: (talk: Talk) => void;
  #visit: Visit | undefined;
  #turn = 0;

  /** @param changed hears the talk of the visit that sits here, and of no other */
  constructor(
    load: () => Promise<MakeVisit>,
    page: { readonly orgId: string; readonly root: string },
    changed: (talk: Talk) => void,
  ) {
    this.#load = load;
    this.#page = page;
    this.#changed = changed;
  }

  get visit(): Visit | undefined {
    return this.#visit;
  }

  /** A new visit. Throws where the rest of the page did not arrive, or another one was begun. */
  async fresh(): Promise<Visit> {
    this.leave();
    const turn = this.#turn;
    const make = await this.#load();
    if (turn !== this.#turn) throw new Error("another visit was begun");
    this.#visit = make({
      ...this.#page,
      changed: (talk) => {
        if (turn === this.#turn) this.#changed(talk);
      },
    });
    return this.#visit;
  }

  /** The visit that sits here is given up; the page is as before it. */
  leave(): void {
    this.#turn += 1;
    this.#visit?.leave();
    this.#visit = undefined;
    this.#changed(BEFORE_THE_TALK);
  }
}
