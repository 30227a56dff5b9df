import type { Language, Texts } from "../lib/i18n/index.ts";
import type { Talk } from "../lib/state/talk.ts";
import type { PageSettings } from "./page.ts";
import type { CodeTrouble } from "./visit.ts";

/** What a screen that is fetched later is given. */
export type LaterScreen =
  | {
      readonly name: "code";
      readonly make: () => Promise<string>;
      readonly onnoted: () => void;
      readonly onback: () => void;
    }
  | {
      readonly name: "readers";
      readonly talk: Talk;
      readonly onback: () => void;
    }
  | {
      readonly name: "return";
      readonly come: (code: string) => Promise<CodeTrouble | undefined>;
      readonly oncome: () => void;
      readonly onback: () => void;
    }
  | {
      readonly name: "fingerprint";
      readonly settings: PageSettings;
      readonly onback: () => void;
    }
  | {
      readonly name: "end";
      readonly talk: Talk;
      readonly settings: PageSettings;
      readonly oncode: () => void;
      readonly onreaders: () => void;
      readonly onanew: () => void;
    };

/** The screens with the words of one language. */
export interface Loaded {
  readonly screens: typeof import("./later/index.ts");
  readonly words: Texts;
}

/** Fetches the screens and their words; the browser keeps what has arrived. */
export async function later(language: Language): Promise<Loaded> {
  const [screens, deck] = await Promise.all([
    import("./later/index.ts"),
    language === "en"
      ? import("virtual:copy/client-later/en")
      : import("virtual:copy/client-later/id"),
  ]);
  return { screens, words: deck.default };
}
