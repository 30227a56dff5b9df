// What a hostile service can do without anybody's key: it stands between a page and the honest one.
import type { Page } from "@playwright/test";
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";

/** A frame of the service, as a page would read it. */
export type Frame = Record<string, unknown>;

/** A stored message on the wire. */
export interface StoredLine {
  seq: number;
  readonly envelope: { readonly h: string; readonly c: string };
}

/** Changes what the service says to a page over its socket; gives what is to be said instead. */
export async function between(
  page: Page,
  change: (frame: Frame) => readonly Frame[],
): Promise<void> {
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      for (const said of change(JSON.parse(String(frame)) as Frame)) {
        socket.send(JSON.stringify(said));
      }
    });
  });
}

/** Changes the JSON that the service answers to a page at some addresses. */
export async function answered(
  page: Page,
  address: RegExp,
  change: (body: Frame) => void,
): Promise<void> {
  await page.route(address, async (route) => {
    const response = await route.fetch();
    if (!response.ok()) return route.fulfill({ response });
    const body = (await response.json()) as Frame;
    change(body);
    return route.fulfill({ response, json: body });
  });
}

/** The same bytes with one bit of the last byte turned; base64url on both sides. */
export function bent(text: string): string {
  const bytes = Buffer.from(text, "base64url");
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return bytes.toString("base64url");
}

/** A public key for boxes, of the service's own; base64url. */
export function newKemKey(): string {
  return generateKeyPairSync("x25519").publicKey.export({ format: "jwk" }).x ?? "";
}

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

/** The parts put together again. */
function joined(all: readonly Buffer[]): Buffer {
  return Buffer.concat(
    all.flatMap((part) => [Buffer.from([part.length >> 8, part.length & 255]), part]),
  );
}

/** `C(..)` with one of its fields replaced, counted from 1; base64url. */
export function withField(text: string, field: number, value: Buffer): string {
  const fields = parts(Buffer.from(text, "base64url"));
  fields[field] = value;
  return joined(fields).toString("base64url");
}

/** `C("rec/group", org_id, kind, gen, kem_pk, ..)` with another key. */
export function withGroupKey(record: string, kemPk: string): string {
  return withField(record, 4, Buffer.from(kemPk, "base64url"));
}

/** `C("rec/epoch", org_id, case_id, lane, epoch, prev, ..)` as the one after it might begin. */
export function nextBody(body: string): string {
  const before = Buffer.from(body, "base64url");
  const epoch = Buffer.alloc(4);
  epoch.writeUInt32BE((parts(before)[4]?.readUInt32BE(0) ?? 0) + 1);
  const prev = createHash("sha256").update(before).digest();
  return withField(withField(body, 4, epoch), 5, prev);
}

/** The length of one reader: `C("rdr", u8, rkid, hash)`. */
const READER = 65;

/** A record's body with one more member of the staff among the readers, in their order. */
export function withReader(body: string): string {
  const fields = parts(Buffer.from(body, "base64url"));
  const readers = fields.pop() ?? Buffer.alloc(0);
  const all = Array.from({ length: readers.length / READER }, (_, i) =>
    readers.subarray(i * READER, (i + 1) * READER),
  );
  const own = [Buffer.from("dvc1/rdr"), Buffer.from([2]), randomBytes(16), randomBytes(32)];
  all.push(joined(own));
  return joined([...fields, Buffer.concat(all.sort(Buffer.compare))]).toString("base64url");
}
