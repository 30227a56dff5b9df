import type deck from "../../../copy/copy.json";

/** A key of the copy deck. */
export type CopyKey = keyof typeof deck;

/** The languages that every text exists in. */
export type Language = "id" | "en";

/** The texts of one language that a bundle carries: only those that its sources name. */
export type Texts = Readonly<Record<string, string>>;

/** Looks a text up and fills its `{placeholders}`. */
export type Translate = (key: CopyKey, values?: Readonly<Record<string, string>>) => string;

/**
 * Makes the lookup for one language; for a child the `_child` form of a text, where it has one.
 *
 * Throws when a text or a value is missing: a page with a hole in it must not reach a person,
 * and the build scans the sources for every key, so that this shows in the first test.
 */
export function translator(texts: Texts, child = false): Translate {
  return (key, values = {}) => {
    const text = (child ? texts[`${key}_child`] : undefined) ?? texts[key];
    if (text === undefined) throw new Error(`copy deck: ${key} is not in this bundle`);
    return text.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`copy deck: ${key} needs {${name}}`);
      return value;
    });
  };
}
