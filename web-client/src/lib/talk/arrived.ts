import { fromB64u } from "../crypto/bytes.ts";
import type { Stored } from "../crypto/receiver.ts";
import type { StoredMessage } from "../protocol/generated/wire.ts";

/** A message as it came; the own ones are known without the server's leaf. */
export type Arrived = Omit<StoredMessage, "leaf"> & { readonly leaf?: string };

/** A message as the transcript takes it. */
export function toStored({ seq, envelope, leaf }: Arrived): Stored {
  return envelope === null ? { seq, leaf: fromB64u(leaf ?? "") } : { seq, envelope };
}
