// Everything that a visit takes from outside, so that a test can bring its own.
import type { CodeParams, Stretch } from "../../lib/crypto/code.ts";
import { systemRandom, type Random } from "../../lib/crypto/bytes.ts";
import type { Verify } from "../../lib/crypto/sign.ts";
import { stretchInWorker, verifyInWorker } from "../../lib/crypto/workers.ts";
import { browserSurroundings } from "../../lib/realtime/browser.ts";
import type { Surroundings } from "../../lib/realtime/connection.ts";

export type { CodeParams };

/** The world of a visit. */
export interface World extends Surroundings {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Bytes for keys, ids and codes. */
  readonly bytes: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly verify: Verify;
  readonly stretch: Stretch;
}

/** The browser's world. */
export const browserWorld = (): World => ({
  ...browserSurroundings(),
  fetch: (path, init) => window.fetch(path, init),
  bytes: systemRandom,
  now: () => Date.now(),
  verify: verifyInWorker,
  stretch: stretchInWorker,
});
