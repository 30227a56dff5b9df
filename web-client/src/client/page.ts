import type { Language } from "../lib/i18n/index.ts";

/** What the server writes into the page about the organisation that runs it. */
export interface PageSettings {
  readonly orgName: string;
  readonly orgContact: string;
  /** Where the exit leads: an ordinary page that says nothing about the person. */
  readonly exitUrl: string;
  /** A line over every page, or empty; for example that the data are samples. */
  readonly noticeBand: Readonly<Record<Language, string>>;
}

/** What stands in the prerendered page where the server writes each setting. */
export const PLACEHOLDERS: PageSettings = {
  orgName: "{{org_name}}",
  orgContact: "{{org_contact}}",
  exitUrl: "{{exit_url}}",
  noticeBand: { id: "{{notice_band_id}}", en: "{{notice_band_en}}" },
};

/** Reads the settings from the page that the server sent. */
export function readSettings(body: HTMLElement): PageSettings {
  const { orgName, orgContact, exitUrl, noticeBandId, noticeBandEn } = body.dataset;
  if (orgName === undefined || exitUrl === undefined) throw new Error("the page has no settings");
  return {
    orgName,
    orgContact: orgContact ?? "",
    exitUrl,
    noticeBand: { id: noticeBandId ?? "", en: noticeBandEn ?? "" },
  };
}
