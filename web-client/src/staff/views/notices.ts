import { isOpened, type Chat } from "../state/desk.ts";
import type { Talk } from "../state/talk.ts";
import type { Said } from "./said.ts";
import { minutesSince } from "./time.ts";

/**
 * What a counselor should know about a chat now, the gravest first. `now` in ms since 1970.
 *
 * @param inDanger whether the client herself has said that she is
 */
export function noticesOf(
  chat: Chat,
  talk: Talk,
  open: boolean,
  inDanger: boolean,
  now: number,
): Said[] {
  const said: Said[] = [];
  if (talk.alarm === "missing") said.push({ key: "desk.chat.missing" });
  if (talk.boxBroken) said.push({ key: "desk.chat.box_broken" });
  if (talk.alarm === "record_refused") said.push({ key: "desk.chat.record_refused" });
  const { session } = chat;
  if (open && inDanger) said.push({ key: "desk.chat.in_danger" });
  if (session.state === "ended") said.push(...ended(chat));
  else if (session.state === "waiting") {
    said.push({
      key: isOpened(chat) ? "desk.supervisor.reading.waiting" : "desk.chat.in_queue",
    });
  } else if (chat.ready && !open && !isOpened(chat)) said.push({ key: "desk.chat.not_yours" });
  else if (open && session.client === "left_by_exit") said.push({ key: "desk.chat.left_by_exit" });
  else if (open && session.client === "away") {
    const minutes = String(minutesSince(session.since, now));
    said.push({ key: "desk.chat.client_gone", values: { minutes } });
  }
  if (open && talk.returned) said.push({ key: "desk.chat.returned" });
  return said;
}

function ended({ session }: Chat): Said[] {
  const why: Said = {
    key:
      session.ended === "client"
        ? "reason.end.client_ended"
        : session.ended === "client_left"
          ? "reason.end.client_left"
          : "desk.chat.ended",
  };
  return [why, { key: session.has_code ? "desk.chat.has_code" : "desk.chat.ended_no_code" }];
}
