const FIRST_MS = 1000;
const MOST_MS = 30_000;

/**
 * How long to wait before the next attempt, in milliseconds.
 *
 * The span doubles with each attempt up to 30 s. Half of it is random, so that ten thousand
 * phones that lost the same server do not come back in the same second.
 *
 * @param attempt failed attempts since the line last stood, from 0
 * @param random a number from 0 to 1, 1 excluded
 */
export function backoff(attempt: number, random: number): number {
  const span = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(span / 2 + (span / 2) * random);
}
