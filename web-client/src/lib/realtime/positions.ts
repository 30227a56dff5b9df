/** What a message's number means for a reader who has everything up to a certain number. */
export type Step = "next" | "known" | "gap";

/** The last message that a page has of each lane; what it names when it resumes. */
export class Positions {
  readonly #last = new Map<number, number>();

  /** The number of the last message of a lane, 0 before the first. */
  last(lane: number): number {
    return this.#last.get(lane) ?? 0;
  }

  /** Where a number stands; after a gap the page fetches from `last` on and counts nothing yet. */
  step(lane: number, seq: number): Step {
    const last = this.last(lane);
    if (seq <= last) return "known";
    return seq === last + 1 ? "next" : "gap";
  }

  /** Everything up to `seq` is here. Never goes back. */
  advance(lane: number, seq: number): void {
    if (seq > this.last(lane)) this.#last.set(lane, seq);
  }

  /** Every lane with its last number, in ascending order. */
  all(): { lane: number; seq: number }[] {
    return [...this.#last].sort(([a], [b]) => a - b).map(([lane, seq]) => ({ lane, seq }));
  }
}
