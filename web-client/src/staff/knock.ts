// A reloaded desk that waits for the passphrase: it tells the server to hold her chats meanwhile.
import type { Event, Frame, StaffCommand } from "../lib/protocol/generated/wire.ts";
import { browserSurroundings, hurryWhenAwake } from "../lib/realtime/browser.ts";
import { Connection } from "../lib/realtime/connection.ts";
import { PROTOCOL_VERSION } from "../lib/protocol/version.ts";
import type { TokenKeeper } from "./session/token.ts";

/** Opens the line with `resuming`; says whether chats are held, and returns how to close it. */
export function knock(keeper: TokenKeeper, holds: (chats: boolean) => void): () => void {
  type Hello = Extract<StaffCommand, { type: "staff_hello" }>;
  type Welcome = Extract<Frame, { type: "staff_welcome" }>;
  const connection = new Connection<Hello, Welcome, Event>(browserSurroundings(), {
    hello: () => ({
      ...{ type: "staff_hello", version: PROTOCOL_VERSION, token: keeper.token },
      resuming: true,
    }),
    welcome: ({ cases }) => holds(cases.length > 0),
    event: () => undefined,
    line: () => undefined,
  });
  connection.start();
  const calm = hurryWhenAwake(connection);
  return () => {
    calm();
    connection.stop();
  };
}
