import type { CopyKey, Translate } from "../../lib/i18n/index.ts";

/** A text to be shown: its key in the deck, and what fills its places. */
export interface Said {
  readonly key: CopyKey;
  readonly values?: Readonly<Record<string, string>>;
}

/** The words of a text. */
export function say(t: Translate, said: Said): string {
  return t(said.key, said.values);
}
