// Words for escalations: their codes, who raised, where they stand.
import type { CopyKey, Language, Translate } from "../../lib/i18n/index.ts";
import type { DeedView, EscalationView, RaiseView } from "../../lib/protocol/generated/wire.ts";
import type { EscalationDesk } from "../escalations.svelte.ts";
import type { Reason } from "../flows/raises.ts";
import { isOverdue } from "../state/escalations.ts";
import { clock } from "./time.ts";

/** A stored code and its label. */
export type Code = readonly [code: string, key: CopyKey];

/** Why a counselor calls a supervisor. */
export const REASONS: readonly Code[] = [
  ["threat_kill", "reason.escalate.threat_kill"],
  ["weapon", "reason.escalate.weapon"],
  ["strangulation", "reason.escalate.strangulation"],
  ["injury", "reason.escalate.injury"],
  ["near", "reason.escalate.near"],
  ["confined", "reason.escalate.confined"],
  ["stalking", "reason.escalate.stalking"],
  ["sexual", "reason.escalate.sexual"],
  ["pregnant", "reason.escalate.pregnant"],
  ["child", "reason.escalate.child"],
  ["suicide", "reason.escalate.suicide"],
  ["worse", "reason.escalate.worse"],
  ["leaving", "reason.escalate.leaving"],
  ["impostor", "reason.escalate.impostor"],
  ["judgement", "reason.escalate.judgement"],
  ["other", "reason.escalate.other"],
];

/** Why a supervisor lowers a level. */
export const LOWER_REASONS: readonly Code[] = [
  ["new_facts", "reason.lower.new_facts"],
  ["person_away", "reason.lower.person_away"],
  ["safe_place", "reason.lower.safe_place"],
  ["help_there", "reason.lower.help_there"],
  ["mistake", "reason.lower.mistake"],
  ["duplicate", "reason.lower.duplicate"],
  ["other", "reason.lower.other"],
];

/** How an escalation ends. */
export const OUTCOMES: readonly Code[] = [
  ["safe_now", "outcome.escalation.safe_now"],
  ["moved", "outcome.escalation.moved"],
  ["police_reached", "outcome.escalation.police_reached"],
  ["medical", "outcome.escalation.medical"],
  ["uptd", "outcome.escalation.uptd"],
  ["sapa", "outcome.escalation.sapa"],
  ["child_service", "outcome.escalation.child_service"],
  ["plan", "outcome.escalation.plan"],
  ["declined", "outcome.escalation.declined"],
  ["contact_lost", "outcome.escalation.contact_lost"],
  ["not_danger", "outcome.escalation.not_danger"],
  ["joined", "outcome.escalation.joined"],
];

/** The label of a code; undefined for one of a newer version. */
export function labelIn(codes: readonly Code[], t: Translate, code: string): string | undefined {
  const key = codes.find(([one]) => one === code)?.[1];
  return key && t(key);
}

/** A reason in one line: its label, then the counselor's words. */
export function reasonText(t: Translate, { code, t: words }: Reason): string {
  const label = labelIn(REASONS, t, code);
  return [label, words].filter((part) => part !== undefined && part !== "").join(": ");
}

/** Who did something, in the words of this desk: you, or a name. */
export function doer(t: Translate, desk: EscalationDesk, { by }: DeedView): string {
  if (desk.isMine(by)) return t("desk.supervisor.queue.you");
  return desk.nameOf(by) ?? t("role.supervisor");
}

/** Who raised. */
export function sourceText(t: Translate, desk: EscalationDesk, raise: RaiseView): string {
  if (raise.source === "client_button") return t("desk.escalate.source.button");
  if (raise.source === "client_intake") return t("desk.escalate.source.intake");
  const name = raise.by === null ? "" : (desk.nameOf(raise.by) ?? "");
  return t("desk.escalate.source.counselor", { name }).trim();
}

/** How long until it must be acknowledged, or since when it should have been. */
export function dueText(t: Translate, due: number, now: number): string {
  const left = Math.ceil((due - now) / 1000);
  if (left > 99) {
    return t("desk.supervisor.queue.due_minutes", { minutes: String(Math.ceil(left / 60)) });
  }
  if (left > 0) return t("desk.supervisor.queue.due", { seconds: String(left) });
  const minutes = Math.floor(-left / 60);
  if (minutes === 0) return t("escalation_state.overdue");
  return t("desk.supervisor.queue.overdue", { minutes: String(minutes) });
}

/** What a counselor is told of the call for her case. `now` by the server's clock. */
export function callText(
  t: Translate,
  language: Language,
  desk: EscalationDesk,
  escalation: EscalationView,
  now: number,
): string {
  const { acknowledged, owner, resolved, due } = escalation;
  const by = (deed: DeedView): Record<"name" | "time", string> => ({
    name: doer(t, desk, deed),
    time: clock(language, deed.at),
  });
  if (resolved) return t("desk.escalate.resolved", by(resolved));
  if (due === null) {
    const parts = [
      acknowledged && t("desk.escalate.acknowledged", by(acknowledged)),
      owner && t("desk.escalate.owned", by(owner)),
    ];
    return parts.filter((part) => part !== null).join(". ");
  }
  if (desk.known.supervisors === 0) return t("desk.escalate.nobody_waits");
  if (isOverdue(escalation, now)) return t("desk.escalate.waiting");
  return t("desk.escalate.due", { time: clock(language, due) });
}
