import type { Sender } from "../../lib/talk/sender.ts";
import type { ChatLane } from "./lane.ts";
import type { Organisation } from "./organisation.ts";

/** What a visit has once its case is open. */
export interface Case {
  readonly org: Organisation;
  readonly lane: ChatLane;
  readonly sender: Sender;
}
