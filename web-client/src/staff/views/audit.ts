// Words for the audit: who did what, and why. A code that no word is known for is shown as it is.
import type { AuditEntry } from "../../lib/crypto/audit.ts";
import { fromUtf8, toB64u } from "../../lib/crypto/bytes.ts";
import type { CopyKey, Translate } from "../../lib/i18n/index.ts";
import type { Role } from "../../lib/protocol/generated/wire.ts";
import type { Org } from "../flows/org.ts";
import { labelIn, LOWER_REASONS, OUTCOMES, type Code } from "./escalation.ts";
import { OPENING_REASONS } from "./glass.ts";

/** Events that are looked for together. */
interface Group {
  readonly id: string;
  readonly key: CopyKey;
  readonly events: readonly Code[];
}

/** Every event, each in one group. */
export const GROUPS: readonly Group[] = [
  {
    id: "cases",
    key: "desk.audit.group.cases",
    events: [
      ["team_box_released", "desk.audit.action.team_box_released"],
      ["claim_lapsed", "desk.audit.action.claim_lapsed"],
      ["case_claimed", "desk.audit.action.claimed"],
      ["case_given_back", "desk.audit.action.given_back"],
      ["case_rekeyed", "desk.audit.action.rekeyed"],
      ["case_requeued", "desk.audit.action.requeued"],
      ["client_returned", "desk.audit.action.client_returned"],
      ["bad_box", "desk.audit.action.bad_box"],
    ],
  },
  {
    id: "escalations",
    key: "desk.audit.group.escalations",
    events: [
      ["escalation_raised", "desk.audit.action.raised"],
      ["escalation_joined", "desk.audit.action.escalation_joined"],
      ["escalation_acknowledged", "desk.audit.action.acknowledged"],
      ["escalation_owned", "desk.audit.action.owned"],
      ["escalation_vacated", "desk.audit.action.vacated"],
      ["escalation_lowered", "desk.audit.action.lowered"],
      ["escalation_resolved", "desk.audit.action.resolved"],
      ["escalation_reopened", "desk.audit.action.reopened"],
    ],
  },
  {
    id: "openings",
    key: "desk.audit.group.openings",
    events: [
      ["opening_asked", "desk.audit.action.opening_asked"],
      ["opening_approved", "desk.audit.action.opening_approved"],
      ["opening_refused", "desk.audit.action.opening_refused"],
      ["case_opened", "desk.audit.action.opened"],
      ["case_opened_alone", "desk.audit.action.opened_alone"],
      ["opening_countersigned", "desk.audit.action.countersigned"],
      ["opening_closed", "desk.audit.action.opening_closed"],
      ["case_joined", "desk.audit.action.joined"],
      ["case_left", "desk.audit.action.left"],
      ["case_taken_over", "desk.audit.action.taken_over"],
    ],
  },
  {
    id: "staff",
    key: "desk.audit.group.staff",
    events: [
      ["invite_made", "desk.audit.action.invite_made"],
      ["enrolled", "desk.audit.action.enrolled"],
      ["staff_disabled", "desk.audit.action.staff_disabled"],
      ["passphrase_changed", "desk.audit.action.passphrase_changed"],
      ["orgkeys_published", "desk.audit.action.orgkeys_published"],
      ["roster_published", "desk.audit.action.roster_published"],
      ["group_published", "desk.audit.action.group_published"],
      ["bad_group_box", "desk.audit.action.bad_group_box"],
    ],
  },
  {
    id: "signing_in",
    key: "desk.audit.group.signing_in",
    events: [
      ["signed_in", "desk.audit.action.signed_in"],
      ["refresh_reused", "desk.audit.action.refresh_reused"],
    ],
  },
  {
    id: "deleting",
    key: "desk.audit.group.deleting",
    events: [
      ["chat_shredded", "desk.audit.action.chat_shredded"],
      ["notes_shredded", "desk.audit.action.notes_shredded"],
      ["case_shredded", "desk.audit.action.case_shredded"],
    ],
  },
];

const EVENTS: readonly Code[] = GROUPS.flatMap(({ events }) => events);

/** Why a supervisor opens a case; `rekey` is announced, and no page offers it. */
const OPENINGS: readonly Code[] = [...OPENING_REASONS, ["rekey", "reason.break_glass.rekey"]];

/** What was done. */
export const actionText = (t: Translate, { event }: AuditEntry): string =>
  labelIn(EVENTS, t, event) ?? event;

/** What more there is to say; null where there is nothing. */
export function detailText(t: Translate, { detail }: AuditEntry): string | null {
  if (detail === null) return null;
  const [kind = "", code = ""] = detail.split(".", 2);
  if (kind === "level") return t("desk.audit.detail.level", { level: code });
  const codes = { lower: LOWER_REASONS, outcome: OUTCOMES, opening: OPENINGS }[kind];
  return (codes && labelIn(codes, t, code)) ?? detail;
}

const ROLES: readonly (readonly [Role, CopyKey])[] = [
  ["supervisor", "role.supervisor"],
  ["counselor", "role.counselor"],
  ["admin", "role.admin"],
];

/** Somebody of the staff, by id: what they are or last were, and their name. */
export function personText(t: Translate, org: Org | null, staffId: string): string {
  const rosters = [...(org?.directories ?? [])].reverse();
  const found = rosters.flatMap(({ members }) => members).find((one) => one.staffId === staffId);
  const roles = ROLES.filter(([role]) => found?.roles.includes(role)).map(([, key]) => t(key));
  const role = roles.length > 0 ? roles.join(", ") : t("desk.audit.actor.staff");
  return `${role} ${org?.names.get(staffId) ?? staffId}`;
}

/** Who did it. */
export function actorText(t: Translate, org: Org | null, entry: AuditEntry): string {
  const { kind, actor } = entry;
  if (kind === "client") return t("role.client");
  if (kind === "staff") return personText(t, org, toB64u(actor));
  if (kind === "service") return t("desk.audit.actor.service");
  if (kind === "cli") return t("desk.audit.actor.cli", { name: accountName(actor) });
  return kind;
}

function accountName(actor: Uint8Array): string {
  try {
    return fromUtf8(actor);
  } catch {
    return "";
  }
}

/** The first moment of a day (YYYY-MM-DD) by this browser's clock, `later` days on; null for none. */
export function startOf(day: string, later = 0): number | null {
  const [year, month, date] = day.split("-").map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  return new Date(year, month - 1, date + later).getTime();
}
