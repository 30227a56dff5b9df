import { fromB64u } from "../../lib/crypto/bytes.ts";

/** The short name of a case on the desk: enough to tell a few open chats apart. */
export function labelOf(caseId: string): string {
  const [first = 0, second = 0] = fromB64u(caseId);
  const hex = [first, second].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `K-${hex.slice(0, 3).toUpperCase()}`;
}
