// Messages: the header in clear, the inner part under a fresh key, padded to one of six sizes.
import { concat, fromB64u, fromUtf8, isZero, readInteger, toB64u } from "./bytes.ts";
import { u32, u64, u8, type Bytes } from "./bytes.ts";
import { C, parse } from "./encode.ts";
import { gcmOpen, gcmSeal, H, keyAndNonce } from "./hash.ts";
import type { FieldsOf } from "./record.ts";
import { demand, Refused } from "./refused.ts";
import { sign, type SigCheck } from "./sign.ts";

export const KIND = {
  text: 1,
  signal: 2,
  card: 3,
  end: 4,
  note: 5,
  document: 6,
  whisper: 7,
  intake: 8,
  consent: 9,
  hello: 10,
} as const;

export const SENDER = { client: 1, staff: 2 } as const;

/** What the server sees of a message, besides its size. */
export interface Header {
  readonly orgId: Bytes;
  readonly caseId: Bytes;
  readonly lane: number;
  readonly epoch: number;
  readonly msgId: Bytes;
  /** 1 client, 2 staff. */
  readonly stype: number;
  readonly senderKid: Bytes;
  /** See `KIND`; an unknown one shows as sent by a newer version. */
  readonly kind: number;
}

/** How far the sender had verified when the message was sealed. */
export interface Seen {
  readonly seq: number;
  readonly th: Bytes;
}

export interface Content {
  /** Counts a sender's messages in a lane from 1. */
  readonly ctr: number;
  /** Milliseconds since 1970 by the sender's clock. */
  readonly ts: number;
  readonly seen: Seen;
  /** UTF-8 JSON. */
  readonly body: Bytes;
}

/** A message on the wire, both parts base64url. */
export interface Envelope {
  readonly h: string;
  readonly c: string;
}

/** A sealed message with the hash by which the server's answer is checked. */
export interface SealedMessage {
  readonly envelope: Envelope;
  /** H(ct). */
  readonly hash: Bytes;
}

/** A message as it opened; its signature is still to be verified, in bulk. */
export interface OpenedMessage {
  readonly header: Header;
  readonly content: Content;
  readonly sig: Bytes;
  /** What the sender signed. */
  readonly signed: Bytes;
}

const SIZES = [512, 1024, 2048, 4096, 8192, 16384];
// version, ctr, ts, seen_seq, th, sig, length of the body
const HEAD = 1 + 4 + 8 + 8 + 32 + 64 + 4;

/** The longest body that fits, in bytes. */
export const MAX_BODY = 16384 - HEAD;

export function encodeHeader(header: Header): Bytes {
  const { orgId, caseId, lane, epoch, msgId, stype, senderKid, kind } = header;
  const place = [orgId, caseId, u8(lane), u32(epoch), msgId];
  return C("hdr/msg", ...place, u8(stype), senderKid, u8(kind));
}

/** Reads a header; throws `Refused` C1 to C5 or M1 where its form is another. */
export function decodeHeader(bytes: Bytes): Header {
  const fields = parse("hdr/msg", [16, 16, 1, 4, 16, 1, 16, 1], bytes) as FieldsOf<8>;
  const [orgId, caseId, lane, epoch, msgId, stype, senderKid, kind] = fields;
  const [l, s] = [readInteger(lane), readInteger(stype)];
  demand((l === 1 || l === 2) && (s === SENDER.client || s === SENDER.staff), "M1");
  const [e, k] = [readInteger(epoch), readInteger(kind)];
  return { orgId, caseId, lane: l, epoch: e, msgId, stype: s, senderKid, kind: k };
}

/** `head` is what the inner part begins with: version, ctr, ts, seen_seq, th. */
async function signedText(hdr: Bytes, head: Bytes, body: Bytes): Promise<Bytes> {
  const [ctr, ts, seenSeq, th] = [
    [1, 5],
    [5, 13],
    [13, 21],
    [21, 53],
  ].map(([from, to]) => head.slice(from, to)) as FieldsOf<4>;
  return C("sig/msg", hdr, ctr, ts, seenSeq, th, await H(body));
}

function messageKey(e: Bytes, header: Header): Promise<[key: Bytes, nonce: Bytes]> {
  const { caseId, lane, epoch, senderKid, msgId } = header;
  return keyAndNonce(e, caseId, C("msg/key", u8(lane), u32(epoch), senderKid, msgId));
}

function pad(inner: Bytes): Bytes {
  const size = SIZES.find((candidate) => inner.length <= candidate);
  demand(size !== undefined, "M15");
  return concat(inner, new Uint8Array(size - inner.length));
}

/** Signs and seals a message; throws `Refused("M15")` above `MAX_BODY`. */
export async function sealMessage(
  e: Bytes,
  header: Header,
  { ctr, ts, seen, body }: Content,
  seed: Bytes,
): Promise<SealedMessage> {
  const hdr = encodeHeader(header);
  const head = concat(u8(1), u32(ctr), u64(ts), u64(seen.seq), seen.th);
  const sig = await sign(seed, await signedText(hdr, head, body));
  const inner = pad(concat(head, sig, u32(body.length), body));
  const ct = await sealInner(e, header, hdr, inner);
  return { envelope: { h: toB64u(hdr), c: toB64u(ct) }, hash: await H(ct) };
}

async function sealInner(e: Bytes, header: Header, hdr: Bytes, inner: Bytes): Promise<Bytes> {
  const [key, nonce] = await messageKey(e, header);
  return gcmSeal(key, nonce, hdr, inner);
}

/** The two parts of an envelope as bytes. */
export interface SplitEnvelope {
  readonly hdr: Bytes;
  readonly ct: Bytes;
}

/** Reads an envelope; throws `Refused("M1")` where it is not base64url. */
export function splitEnvelope({ h, c }: Envelope): SplitEnvelope {
  try {
    return { hdr: fromB64u(h), ct: fromB64u(c) };
  } catch {
    throw new Refused("M1");
  }
}

/** Opens a message with its epoch's key; throws `Refused` M5 to M8 or M13. */
export async function openMessage(
  e: Bytes,
  header: Header,
  { hdr, ct }: SplitEnvelope,
): Promise<OpenedMessage> {
  const [key, nonce] = await messageKey(e, header);
  const inner = await gcmOpen(key, nonce, hdr, ct, "M5");
  const content = decodeInner(inner);
  const signed = await signedText(hdr, inner.slice(0, 53), content.body);
  return { header, content, sig: inner.slice(53, 117), signed };
}

function decodeInner(inner: Bytes): Content {
  demand(SIZES.includes(inner.length), "M6");
  demand(inner[0] === 1, "M7");
  const end = HEAD + readInteger(inner.slice(HEAD - 4, HEAD));
  // One size a length: a longer fill would be a place to hide something in.
  demand(end <= inner.length && SIZES.find((size) => end <= size) === inner.length, "M8");
  demand(isZero(inner.slice(end)), "M8");
  const body = inner.slice(HEAD, end);
  demand(isText(body), "M13");
  const seen = { seq: readInteger(inner.slice(13, 21)), th: inner.slice(21, 53) };
  return { ctr: readInteger(inner.slice(1, 5)), ts: readInteger(inner.slice(5, 13)), seen, body };
}

function isText(body: Bytes): boolean {
  try {
    fromUtf8(body);
    return true;
  } catch {
    return false;
  }
}

/** The signature of an opened message, to be verified against its sender's key. */
export const signatureOf = ({ sig, signed }: OpenedMessage, pk: Bytes): SigCheck => ({
  pk,
  message: signed,
  sig,
});

/** `th_0`, before a lane's first message. */
export const firstTh = (caseId: Bytes, lane: number): Promise<Bytes> =>
  H(C("th0", caseId, u8(lane)));

/** A message's leaf in the transcript hash; it stays when the message is shredded. */
export const leafOf = async (hdr: Bytes, ct: Bytes): Promise<Bytes> =>
  H(C("leaf", hdr, await H(ct)));

/** `th_n` from `th_{n-1}`. */
export const nextTh = (th: Bytes, seq: number, leaf: Bytes): Promise<Bytes> =>
  H(C("th", th, u64(seq), leaf));
