import version from "virtual:copy/version";
import { hurryWhenAwake } from "../../lib/realtime/browser.ts";
import type { MakeVisit } from "../visit.ts";
import { TalkVisit } from "./visit.ts";
import { browserWorld } from "./world.ts";

export const makeVisit: MakeVisit = (page) => {
  const visit = new TalkVisit(browserWorld(), page, version);
  hurryWhenAwake(visit);
  return visit;
};
