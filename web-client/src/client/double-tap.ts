/** How long, in ms, and how far apart, in px, two taps are still one gesture. */
const SOON = 500;
const NEAR = 24;

/**
 * Keeps the second tap of a double tap from whatever the first one brought under the finger. Twice
 * on the same thing stays twice, keys are never held back, and the exit hears of taps before this.
 * A mouse counts its clicks by itself; a finger's are told by where and when they were.
 */
export function watchTaps(page: Document): void {
  let first: MouseEvent | undefined;
  page.addEventListener(
    "click",
    (tap) => {
      if (
        first !== undefined &&
        tap.target !== first.target &&
        (tap.pointerType === "mouse"
          ? tap.detail > 1
          : tap.detail > 0 &&
            tap.timeStamp - first.timeStamp < SOON &&
            Math.abs(tap.clientX - first.clientX) + Math.abs(tap.clientY - first.clientY) < NEAR)
      ) {
        tap.preventDefault();
        tap.stopPropagation();
      } else first = tap;
    },
    true,
  );
}
