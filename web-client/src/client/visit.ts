// What the pages need of a visit; talk/ makes it from keys, line and server.
import type { Intake } from "../lib/state/intake.ts";
import type { Talk } from "../lib/state/talk.ts";
import type { Language } from "../lib/i18n/index.ts";

/** Why a code opened nothing. */
export type CodeTrouble = "unknown" | "slow" | "offline" | "refused" | "box";

/** What she said before the chat, once she has agreed to it. */
export interface Start {
  readonly language: Language;
  /** The level of danger, 0 to 3: with the language all that leaves the page in clear. */
  readonly level: number;
  readonly intake: Intake;
}

/** One visit of a client, from her consent to the end. Everything of it lives in memory. */
export interface Visit {
  /** Opens a new case with her consent and answers; what she writes meanwhile waits. */
  open(start: Start): void;
  /** Opens the case of a code; undefined when it is open. */
  comeBack(code: string): Promise<CodeTrouble | undefined>;
  /** Takes a place in the line, for one who came back. */
  join(): void;
  write(text: string): void;
  /** Tries everything that is not stored again, with the same bytes. */
  resend(): void;
  /** Says that there is danger. */
  raise(): void;
  /** Makes the code, or gives the one that there is; twenty digits. */
  code(): Promise<string>;
  /** She has noted the code. */
  codeNoted(): void;
  /** Everything up to the newest line was shown. */
  shown(): void;
  end(): void;
  /** The page is left in this tick. */
  leave(): void;
}

/** Makes a visit for a page. */
export type MakeVisit = (page: {
  orgId: string;
  root: string;
  changed: (talk: Talk) => void;
}) => Visit;
