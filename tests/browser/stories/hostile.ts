// What a hostile service can do to a record without anybody's key.
import { randomBytes } from "node:crypto";

/** The length-prefixed parts of `C(label, ..)` (crypto.md section 1). */
function parts(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + bytes.readUInt16BE(at);
    found.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return found;
}

function joined(all: readonly Buffer[]): Buffer {
  return Buffer.concat(
    all.flatMap((part) => [Buffer.from([part.length >> 8, part.length & 255]), part]),
  );
}

/** The length of one reader: `C("rdr", u8, rkid, hash)`. */
const READER = 65;

/** A record's body with one more member of the staff among the readers, in their order. */
export function withReader(body: Buffer): Buffer {
  const fields = parts(body);
  const readers = fields.pop() ?? Buffer.alloc(0);
  const all = Array.from({ length: readers.length / READER }, (_, i) =>
    readers.subarray(i * READER, (i + 1) * READER),
  );
  const own = [Buffer.from("dvc1/rdr"), Buffer.from([2]), randomBytes(16), randomBytes(32)];
  all.push(joined(own));
  return joined([...fields, Buffer.concat(all.sort(Buffer.compare))]);
}
