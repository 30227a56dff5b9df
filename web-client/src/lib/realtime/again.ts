// What the server refuses only for now is asked for again, the same, after a while.
import { backoff } from "./backoff.ts";
import { CommandRefused } from "./connection.ts";

const AGAIN: readonly string[] = ["not_stored", "slow_down", "stopping", "internal"];

/** Whether the same may be asked again after a refusal with this code. */
export const isAgain = (code: string): boolean => AGAIN.includes(code);

/** Whether a command was refused only for now. */
export const isPassing = (error: unknown): boolean =>
  error instanceof CommandRefused && isAgain(error.problem.code);

/**
 * Does something until it is no longer refused for now; throws what else went wrong.
 *
 * @param after calls back after some milliseconds
 * @param isWanted asked before each further attempt; without it nothing more is done
 */
export async function untilDone(
  act: () => Promise<void>,
  after: (ms: number, act: () => void) => unknown,
  isWanted: () => boolean,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    const ms = backoff(attempt, 0.5);
    await new Promise<void>((done) => after(ms, done));
    if (!isWanted()) return;
  }
}
