import type { Language } from "../lib/i18n/index.ts";

/** What the server writes into the page about the organisation that runs it. */
export interface PageSettings {
  /** What the server sent: the talk's first page, or the numbers alone. */
  readonly page: "landing" | "numbers";
  readonly orgName: string;
  readonly orgContact: string;
  /** The organisation's id and its root key, base64url; empty before the ceremony. */
  readonly orgId: string;
  readonly root: string;
  /** A line over every page, or empty; for example that the data are samples. */
  readonly noticeBand: Readonly<Record<Language, string>>;
}

/** What stands in the prerendered page where the server writes each setting. */
export const PLACEHOLDERS: Omit<PageSettings, "page"> = {
  orgName: "{{org_name}}",
  orgContact: "{{org_contact}}",
  orgId: "{{org_id}}",
  root: "{{root}}",
  noticeBand: { id: "{{notice_band_id}}", en: "{{notice_band_en}}" },
};

/** Reads the settings from the page that the server sent. */
export function readSettings(body: HTMLElement): PageSettings {
  const { page, orgName, orgContact, orgId, root, noticeBandId, noticeBandEn } = body.dataset;
  if (orgName === undefined) throw new Error("the page has no settings");
  return {
    page: page === "landing" ? "landing" : "numbers",
    orgName,
    orgContact: orgContact ?? "",
    orgId: orgId ?? "",
    root: root ?? "",
    noticeBand: { id: noticeBandId ?? "", en: noticeBandEn ?? "" },
  };
}
