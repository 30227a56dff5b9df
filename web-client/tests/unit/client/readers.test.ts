// "Who reads this": what is shown of openings, and that more are not passed over in silence.
import { render } from "svelte/server";
import { expect, test } from "vitest";
import type { Translate } from "../../../src/lib/i18n/index.ts";
import type { SessionView } from "../../../src/lib/protocol/generated/wire.ts";
import { BEFORE_THE_TALK } from "../../../src/lib/state/talk.ts";
import ReadersInEnglish from "./ReadersInEnglish.svelte";

/** Each text as its key and values. */
const t: Translate = (key, values) => [key, ...Object.values(values ?? {})].join(" ");

function page(older: number): string {
  const opened = [{ at: 0, by: "sari", alias: 8, reason: "danger", alone: false }];
  const session = { opened, opened_older: older } as unknown as SessionView;
  const talk = { ...BEFORE_THE_TALK, session };
  return render(ReadersInEnglish, { props: { t, band: "", talk, onback: () => undefined } }).body;
}

test("of more openings than the list has, their number is said", () => {
  expect(page(0)).not.toContain("history.older");
  expect(page(1)).toContain("client.readers.history.older_one");
  expect(page(12)).toContain("client.readers.history.older 12");
});
