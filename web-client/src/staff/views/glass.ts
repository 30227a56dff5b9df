// Words for openings: why a case was opened, by whom, and who else is in a chat.
import type { CopyKey, Language, Translate } from "../../lib/i18n/index.ts";
import type { OpenedView, OpeningView, SessionView } from "../../lib/protocol/generated/wire.ts";
import { isOpened, seatOf, type Chat } from "../state/desk.ts";
import { labelIn, type Code } from "./escalation.ts";
import { say, type Said } from "./said.ts";
import { clock } from "./time.ts";

/** Why a supervisor opens a case. */
export const OPENING_REASONS: readonly Code[] = [
  ["danger", "reason.break_glass.danger"],
  ["child", "reason.break_glass.child"],
  ["suicide", "reason.break_glass.suicide"],
  ["counselor_asked", "reason.break_glass.counselor_asked"],
  ["counselor_gone", "reason.break_glass.counselor_gone"],
  ["left_behind", "reason.break_glass.left_behind"],
  ["follow_up", "reason.break_glass.follow_up"],
  ["client_request", "reason.break_glass.client_request"],
  ["coaching", "reason.break_glass.coaching"],
  ["complaint", "reason.break_glass.complaint"],
  ["data_request", "reason.break_glass.data_request"],
];

/** The reason of those that let her read and nothing else. */
export const READ_ONLY = "coaching";

const TAKE_OVER: CopyKey = "desk.supervisor.in_chat.take_over_title";

/** Whether an opening lets her into the talk. `isTrusted` says that its boxes and records hold. */
export const mayEnter = (chat: Chat, isTrusted: boolean): boolean =>
  chat.ready &&
  isTrusted &&
  isOpened(chat) &&
  chat.session.state === "active" &&
  chat.opening?.reason !== READ_ONLY;

/** What this desk knows of people. */
export interface Known {
  readonly isMine: (by: string) => boolean;
  readonly nameOf: (staffId: string) => string | undefined;
}

/** The label of a reason; the code itself where a newer version made it. */
export const whyText = (t: Translate, reason: string): string =>
  labelIn(OPENING_REASONS, t, reason) ?? reason;

/** A person of the staff in the words of this desk. */
export function person(t: Translate, known: Known, staffId: string): string {
  if (known.isMine(staffId)) return t("desk.supervisor.queue.you");
  return known.nameOf(staffId) ?? t("role.supervisor");
}

/** That somebody opened a case. */
type Deed = Pick<OpenedView, "by" | "at" | "reason" | "alone">;

/** Who opened a case, when and why. */
export function openedText(t: Translate, language: Language, known: Known, one: Deed): string {
  return say(t, opened(t, language, known, one));
}

/** When, by whom and why an opening of the supervisors' list was opened. */
export const asOpened = ({ by, opened_at, asked_at, reason, alone }: OpeningView) => ({
  ...{ by, reason, alone },
  at: opened_at ?? asked_at,
});

/** What she is asked before she takes a chat over: from whom, and how that person stands. */
export function takingOver(
  t: Translate,
  known: Known,
  { counselor, counselor_here: isHere }: SessionView,
): { readonly title: Said; readonly text: readonly Said[] } {
  if (counselor === null) return { title: { key: TAKE_OVER }, text: [] };
  const values = { name: known.nameOf(counselor) ?? t("role.counselor") };
  const standing: CopyKey = isHere
    ? "desk.supervisor.in_chat.stays"
    : "desk.supervisor.in_chat.counselor_gone";
  const title: Said = { key: "desk.supervisor.queue.take_title", values };
  return { title, text: [{ key: standing, values }] };
}

/** What somebody should know of the others in a chat: who opened, joined, left, took over. */
export function othersIn(
  t: Translate,
  language: Language,
  known: Known,
  chat: Chat,
  me: string,
): Said[] {
  const { session, opening, left } = chat;
  const said: Said[] = [];
  const name = (staffId: string): string => known.nameOf(staffId) ?? t("role.supervisor");
  const seat = seatOf(session, me);
  const { counselor } = session;
  if (seat === null && !isOpened(chat)) {
    if (opening?.state === "closed") said.push({ key: "desk.supervisor.reading.over" });
    if (session.state === "active" && counselor !== null && opening === undefined) {
      said.push({ key: "desk.chat.taken_over", values: { name: name(counselor) } });
    }
    return said;
  }
  if (seat !== "counselor" && counselor !== null && session.state === "active") {
    const key: CopyKey = !session.counselor_here
      ? "desk.supervisor.in_chat.counselor_gone"
      : chat.taken === counselor
        ? "desk.chat.taken_over"
        : "desk.supervisor.in_chat.counselor_here";
    said.push({ key, values: { name: name(counselor) } });
  }
  const newest = session.opened.filter(({ by }) => !known.isMine(by)).pop();
  if (newest !== undefined && newest.at >= session.since) {
    said.push(opened(t, language, known, newest));
  }
  for (const isHere of [true, false]) {
    const others = session.joined.filter(
      ({ staff_id, here }) => here === isHere && staff_id !== me,
    );
    if (others.length === 0) continue;
    const key: CopyKey = isHere ? "desk.chat.supervisor_here" : "desk.chat.supervisor_gone";
    said.push({ key, values: { name: others.map(({ staff_id }) => name(staff_id)).join(", ") } });
  }
  if (left !== undefined && left !== me) {
    said.push({ key: "desk.chat.supervisor_left", values: { name: name(left) } });
  }
  return said;
}

function opened(t: Translate, language: Language, known: Known, one: Deed): Said {
  const { by, at, reason, alone } = one;
  const key: CopyKey = alone
    ? "desk.supervisor.break_glass.opened_alone"
    : "desk.supervisor.break_glass.announced";
  const name = person(t, known, by);
  return { key, values: { name, time: clock(language, at), reason: whyText(t, reason) } };
}
