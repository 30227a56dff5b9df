import { fromUtf8, toB64u } from "../../lib/crypto/bytes.ts";
import { KIND, SENDER, type Header } from "../../lib/crypto/message.ts";
import type { Body } from "../../lib/protocol/generated/wire.ts";
import { UNOPENED, SHREDDED, type Author, type Line } from "../state/talk.ts";
import type { Taken } from "./lane.ts";

/** Who a header says that wrote; its signature was verified before. */
export type AuthorOf = (header: Header) => Author;

/** How a message is shown; null for one of an epoch that this person may not open. */
export function lineOf(
  { judged, rule, storedAt }: Taken,
  authorOf: AuthorOf,
  isTransfer: (epoch: number) => boolean,
): Line | null {
  const { seq, header, message } = judged;
  const place = { seq, at: storedAt, state: "stored" as const };
  const client: Author = { by: "client" };
  if (rule !== undefined) {
    return { ...place, msgId: `seq.${seq}`, author: client, kind: UNOPENED, body: null };
  }
  if (header === undefined) {
    return { ...place, msgId: `seq.${seq}`, author: client, kind: SHREDDED, body: null };
  }
  if (message === undefined) return null;
  const author = header.stype === SENDER.client ? client : authorOf(header);
  const body = bodyOf(message.content.body);
  const line = { ...place, msgId: toB64u(header.msgId), author, kind: header.kind, body };
  const isGreeting = header.kind === KIND.hello;
  return isGreeting ? { ...line, tookOver: isTransfer(header.epoch) } : line;
}

/** The body, or null where it is not JSON as this version knows it. */
function bodyOf(bytes: Uint8Array): Body | null {
  try {
    const body: unknown = JSON.parse(fromUtf8(bytes));
    return typeof body === "object" ? (body as Body | null) : null;
  } catch {
    return null;
  }
}
