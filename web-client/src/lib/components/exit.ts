/** Presses of Shift that leave the page, and how long a started row of them counts. */
export const SHIFT_PRESSES = 3;
export const SHIFT_WINDOW_MS = 5000;

/**
 * Leaves in one tick: the page is blank before anything else happens, and `replace` takes its
 * entry out of the tab's history, so that Back leads to the page before ours.
 */
export function leave(exitUrl: string): void {
  document.body.replaceChildren();
  document.title = "";
  window.location.replace(exitUrl);
}

/** Counts presses of Shift alone; a chord or another key starts anew. */
export class ShiftCounter {
  #presses = 0;
  #chord = false;

  /** A key went down: Shift held together with another key is not a press. */
  down(key: string): void {
    if (key === "Shift") this.#chord = false;
    else {
      this.#chord = true;
      this.#presses = 0;
    }
  }

  /** A key went up; returns how many presses are counted now. */
  up(key: string): number {
    if (key === "Shift" && !this.#chord) this.#presses += 1;
    return this.#presses;
  }

  /** The window is over. */
  expire(): void {
    this.#presses = 0;
  }
}
