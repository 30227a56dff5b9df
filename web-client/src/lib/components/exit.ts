// The exit, as the page's first script: it works before the rest is there, and when the rest fails.

/** Presses of Shift that leave the page, and how long a started row of them counts. */
export const SHIFT_PRESSES = 3;
export const SHIFT_WINDOW_MS = 5000;

declare global {
  interface DocumentEventMap {
    /** The page goes in this very tick: what must be told to the server is told now. */
    "teduh:leave": Event;
    /** Presses of Shift counted so far; -1 when a started row of them ran out of time. */
    "teduh:shift": CustomEvent<number>;
  }
}

/**
 * Leaves in one tick: the server is told, the page is blank, and `replace` takes its entry out of
 * the tab's history, so that Back leads to the page before ours.
 */
export function leave(page: Document, replace: (url: string) => void): void {
  const exitUrl = page.body.dataset["exitUrl"] ?? "about:blank";
  page.dispatchEvent(new Event("teduh:leave"));
  page.body.replaceChildren();
  page.title = "";
  replace(exitUrl);
}

/** Counts presses of Shift alone; a chord or another key starts anew. */
export interface ShiftCounter {
  /** A key went down: Shift held together with another key is not a press. */
  down(key: string): void;
  /** A key went up; returns how many presses are counted now. */
  up(key: string): number;
  /** The window is over. */
  expire(): void;
}

/** A counter at zero. No class: its fields would need a helper file, and this script stands alone. */
export function shiftCounter(): ShiftCounter {
  let presses = 0;
  let chord = false;
  return {
    down(key) {
      if (key === "Shift") chord = false;
      else {
        chord = true;
        presses = 0;
      }
    },
    up(key) {
      if (key === "Shift" && !chord) presses += 1;
      return presses;
    },
    expire() {
      presses = 0;
    },
  };
}

/** Watches the keys, and tells the page each count that it may show. */
function watchShift(page: Document, go: () => void): void {
  const counter = shiftCounter();
  let told = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (count: number): void => {
    told = count;
    page.dispatchEvent(new CustomEvent("teduh:shift", { detail: count }));
  };
  page.addEventListener("keydown", ({ key }) => counter.down(key));
  page.addEventListener("keyup", ({ key }) => {
    const presses = counter.up(key);
    if (presses === SHIFT_PRESSES) return go();
    if (presses === 0 && told <= 0) return;
    clearTimeout(timer);
    tell(presses);
    if (presses === 0) return;
    timer = setTimeout(() => {
      counter.expire();
      tell(-1);
    }, SHIFT_WINDOW_MS);
  });
}

/**
 * Makes every link to /keluar the exit, and every jump inside the page a move of focus: a jump
 * by address would be a second entry in the history, and Back would show the page again.
 */
export function install(view: Window): void {
  const page = view.document;
  const go = (): void => leave(page, (url) => view.location.replace(url));
  page.addEventListener(
    "click",
    (event) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest('a[href="/keluar"]')) {
        event.preventDefault();
        event.stopImmediatePropagation();
        go();
        return;
      }
      const early = target?.closest("[data-early]")?.getAttribute("data-testid");
      if (early && page.documentElement.dataset["ready"] === undefined) {
        // The page is still on its way: it acts on this as soon as it has arrived.
        page.documentElement.dataset["early"] = early;
      }
      const jump = target?.closest("[data-jump]")?.getAttribute("data-jump");
      if (jump) page.getElementById(jump)?.focus();
    },
    true,
  );
  watchShift(page, go);
  // A browser may bring a left page back from memory as it was; it must come back empty.
  view.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) page.body.replaceChildren();
  });
}
