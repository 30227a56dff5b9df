import type { Language } from "../lib/i18n/index.ts";

/** What the server writes into the staff's page. */
export interface PageSettings {
  /** A line over every page, or empty; for example that the data are samples. */
  readonly noticeBand: Readonly<Record<Language, string>>;
  /** The root's public key, base64url; null before the ceremony. */
  readonly root: string | null;
}

/** Thirty-two bytes as base64url. */
const KEY = /^[A-Za-z0-9_-]{43}$/;

/** Reads the settings from the page that the server sent. */
export function readSettings(body: HTMLElement): PageSettings {
  const { noticeBandId = "", noticeBandEn = "", root = "" } = body.dataset;
  return {
    noticeBand: { id: noticeBandId, en: noticeBandEn },
    root: KEY.test(root) ? root : null,
  };
}
