import type { MakeVisit } from "../visit.ts";

export const makeVisit: MakeVisit = () => {
  throw new Error("not yet");
};
