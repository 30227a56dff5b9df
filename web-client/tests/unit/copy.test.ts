// The checks of the copy deck, numbered as in docs/copy.md.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { later, LATER_FILE, ungrouped } from "../../build/copy-later.mjs";
import { deck, inGroup, placeholders, raw, sentences, texts } from "./deck.ts";

/** The keys whose text breaks a rule; a failing test names them all at once. */
function offenders(broken: (entry: (typeof texts)[number]) => boolean): string[] {
  return texts.filter(broken).map(({ key, language, text }) => `${key} (${language}): ${text}`);
}

describe("1. the file", () => {
  const keys = Object.keys(deck);

  test("names each key once", () => {
    const written = [...raw.matchAll(/^\s*"((?:[^"\\]|\\.)*)"\s*:\s*\{/gm)].map((m) => m[1]);
    expect(written.length).toBe(keys.length);
  });

  test("has keys of groups and parts, none the beginning of another", () => {
    expect(keys.filter((key) => !/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(key))).toEqual([]);
    const known = new Set(keys);
    const beginnings = keys.filter((key) => {
      const parts = key.split(".");
      return parts.some((_, i) => i > 0 && known.has(parts.slice(0, i).join(".")));
    });
    expect(beginnings).toEqual([]);
  });

  test("says of each text whether it was reviewed", () => {
    expect(keys.filter((key) => typeof deck[key]?.reviewed !== "boolean")).toEqual([]);
  });
});

describe("2. both languages", () => {
  test("are there, trimmed, without double spaces", () => {
    expect(
      offenders(({ text }) => text === "" || text !== text.trim() || / {2}/.test(text)),
    ).toEqual([]);
  });

  test("have the same placeholders", () => {
    const different = Object.entries(deck).filter(
      ([, { id, en }]) => placeholders(id).join() !== placeholders(en).join(),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });
});

test("3. buttons are short", () => {
  const long = ({ key, language, text }: (typeof texts)[number]): boolean =>
    (/(^|\.)btn(\.|$)/.test(key) || key.startsWith("client.chat.menu.")) &&
    [...text].length > (language === "id" ? 24 : 22);
  expect(offenders(long)).toEqual([]);
});

describe("4. the voice is quiet", () => {
  const NAMES =
    /\b(SAPA|UPTD|PPA|KPAI|LBH|APIK|LPSK|UU|PDP|KTP|IGD|HP|SMS|WIB|WITA|WIT|DA|C-SSRS|LAP|MNADV|PUSPAGA|PAUD|ID|TK|SD|SMP|SMA)\b/g;

  test("no exclamation mark, emoji, straight quote or three dots", () => {
    expect(offenders(({ text }) => /!|"|\.\.\.|\p{Extended_Pictographic}/u.test(text))).toEqual([]);
  });

  test("no word in capitals but the listed names", () => {
    expect(
      offenders(({ text }) =>
        /\b[A-Z]{2,}\b/.test(text.replace(NAMES, "").replace(/\{.*?\}/g, "")),
      ),
    ).toEqual([]);
  });
});

describe("5. Anda, kamu, saya", () => {
  const BEFORE_THE_AGE_IS_KNOWN = ["client.landing", "client.nojs", "client.old"];
  const EXCEPTIONS = ["client.before.btn.adult", "client.end.next.back"];
  const isAgeQuestion = (key: string): boolean => key.startsWith("client.intake.age");

  test("a text for adults that has a pronoun has a child's form", () => {
    expect(
      offenders(
        ({ key, language, text }) =>
          language === "id" &&
          inGroup(key, "client") &&
          !key.endsWith("_child") &&
          !inGroup(key, ...BEFORE_THE_AGE_IS_KNOWN) &&
          !EXCEPTIONS.includes(key) &&
          !isAgeQuestion(key) &&
          /\b(Anda|[Ss]aya)\b/.test(text) &&
          !(`${key}_child` in deck),
      ),
    ).toEqual([]);
  });

  test("a child's words stand in a child's texts only", () => {
    const childs = (key: string): boolean =>
      key.endsWith("_child") ||
      /under_18|\.child(\.|$)|for_children/.test(key) ||
      isAgeQuestion(key);
    expect(
      offenders(
        ({ key, language, text }) =>
          language === "id" &&
          inGroup(key, "client") &&
          !childs(key) &&
          /\b([Kk]amu|[Aa]ku)\b|\w{2,}mu\b/.test(
            text.replace(/\b(bertemu|ketemu|tamu|jamu|ilmu|semu|temu)\b/gi, ""),
          ),
      ),
    ).toEqual([]);
  });
});

test("6. nobody's sex is guessed", () => {
  expect(
    offenders(
      ({ key, language, text }) =>
        inGroup(key, "client", "canned", "instrument") &&
        (language === "en"
          ? /\b(he|she|his|her|him|husband|wife)\b/i
          : /\b(suami|istri)\w*\b/i
        ).test(text) &&
        // The law names whom it protects.
        !key.startsWith("client.read.rights"),
    ),
  ).toEqual([]);
});

describe("7. client texts are plain", () => {
  const AVOID = {
    id: /\b(enkripsi|server|sesi|eskalasi|asesmen|instrumen|verifikasi|autentikasi|kredensial|klien|pelaku|transkrip|notifikasi|perangkat|hubungi administrator)\b/i,
    en: /\b(encryption|server|session|escalation|assessment|verify|client|perpetrator|victim|transcript)\b/i,
  };

  test("no word to avoid", () => {
    expect(
      offenders(
        ({ key, language, text }) =>
          inGroup(key, "client") &&
          !key.startsWith("client.read.rights") &&
          AVOID[language].test(text),
      ),
    ).toEqual([]);
  });

  test("short sentences", () => {
    expect(
      offenders(
        ({ key, language, text }) =>
          inGroup(key, "client", "canned", "instrument") &&
          sentences(text).some(
            (sentence) => sentence.split(/\s+/).length > (language === "id" ? 15 : 18),
          ),
      ),
    ).toEqual([]);
  });
});

test("8. a canned text asks one thing, and every Anda can become Kakak", () => {
  expect(
    offenders(
      ({ key, language, text }) =>
        inGroup(key, "canned") &&
        ((text.match(/\?/g) ?? []).length > 1 ||
          (language === "id" && /\bAnda(ku|mu|nya)\b/.test(text))),
    ),
  ).toEqual([]);
});

test("9. phone numbers stand in one place", () => {
  const dial = /^number\.[a-z0-9_]+\.dial(_2)?$/;
  const digits = /\b(?:\d{2,}[\d-]{3,}\d|1(?:10|12|19|29|48))\b/;
  expect(
    offenders(
      ({ key, text }) =>
        !dial.test(key) && !inGroup(key, "number") && digits.test(text.replace(/SAPA 129/g, "")),
    ),
  ).toEqual([]);
});

describe("10. keys and code", () => {
  test("every key is either shown or listed in docs/copy-later.md with what it needs", () => {
    // The list is generated, so this says: run `npm run copy-later`, and look at what changed.
    expect(later()).toBe(readFileSync(LATER_FILE, "utf8"));
  });

  test("every key in the list belongs to a group that says what must be built first", () => {
    expect(ungrouped()).toEqual([]);
  });
});
