// What stands sealed inside a message, by kind.
import { fromUtf8, utf8, type Bytes } from "../../lib/crypto/bytes.ts";
import type { Language } from "../../lib/i18n/index.ts";
import type { Intake } from "../../lib/state/intake.ts";

export const intakeBody = ({ about, safe, child, prefer }: Intake): Bytes =>
  utf8(JSON.stringify({ about, safe, child, prefer }));

export const consentBody = (version: string, language: Language): Bytes =>
  utf8(JSON.stringify({ version, language }));

/** A text field of a body; undefined where it has none, as from a newer version. */
export function field(body: Bytes, name: string): string | undefined {
  try {
    const value = (JSON.parse(fromUtf8(body)) as Record<string, unknown> | null)?.[name];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
