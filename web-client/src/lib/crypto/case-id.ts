import type { Bytes } from "./bytes.ts";
import { C } from "./encode.ts";
import { H } from "./hash.ts";

/** The id of a case, 16 bytes; it certifies the client's public keys. */
export async function caseId(orgId: Bytes, csigPk: Bytes, ckemPk: Bytes): Promise<Bytes> {
  return (await H(C("case", orgId, csigPk, ckemPk))).slice(0, 16);
}
