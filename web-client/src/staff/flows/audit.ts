// Walking the audit chain: what was seen once must be gone on from, link by link, to its end.
import { AUDIT_START, checkpointText, nextLink, type AuditPoint } from "../../lib/crypto/audit.ts";
import { equal, fromB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { sigKid, verifyOne, type Verify } from "../../lib/crypto/sign.ts";
import type { AuditChain } from "../../lib/protocol/generated/wire.ts";

/** What a walk needs of the world. */
export interface WalkWorld {
  readonly orgId: Bytes;
  readonly verify: Verify;
  /** A stretch of the chain after a number; throws `ApiRefusal`, `Unreachable`. */
  readonly chain: (after: number) => Promise<AuditChain>;
}

/** The chain is not the one that this browser knows, or does not hold together. */
export class ChainBroken extends Error {
  override readonly name = "ChainBroken";
}

function demandChain(isTrue: boolean): asserts isTrue {
  if (!isTrue) throw new ChainBroken();
}

const HASH = 32;

/** The chain as far as it was walked, with `H(entry)` of each entry on the way. */
export class Walked implements AuditPoint {
  n: number;
  a: Bytes;
  readonly #from: number;
  readonly #hashes: Bytes[] = [];

  constructor(from: AuditPoint = AUDIT_START) {
    ({ n: this.n, a: this.a } = from);
    this.#from = from.n;
  }

  /** `H(entry)` of an entry that was walked over. */
  hashOf(n: number): Bytes | undefined {
    return this.#hashes[n - this.#from - 1];
  }

  /** Goes one link on. */
  async step(hash: Bytes): Promise<void> {
    this.a = await nextLink(this.a, this.n + 1, hash);
    this.n += 1;
    this.#hashes.push(hash);
  }
}

/**
 * Walks on to the chain's end. It must pass `kept`, a point seen earlier, and the newest signed
 * checkpoint, whose signature must be one of the service's. Throws `ChainBroken`. `onstep` is told
 * how far it is, of how many.
 */
export async function walk(
  world: WalkWorld,
  walked: Walked,
  kept: AuditPoint | null,
  onstep: (n: number, of: number) => void = () => undefined,
): Promise<void> {
  let stretch = await world.chain(walked.n);
  const marks = [kept, await signedPoint(world, stretch)].filter((mark) => mark !== null);
  marks.forEach((mark) => holdAgainst(walked, mark));
  for (;;) {
    for (const hash of hashesOf(stretch, walked.n)) {
      await walked.step(hash);
      marks.forEach((mark) => holdAgainst(walked, mark));
    }
    const { n, a } = stretch.head;
    if (walked.n === n) {
      demandChain(equal(walked.a, bytesOf(a)));
      break;
    }
    demandChain(stretch.links !== "");
    onstep(walked.n, n);
    stretch = await world.chain(walked.n);
  }
  // A chain that ends before what was seen was cut.
  demandChain(marks.every(({ n }) => n <= walked.n));
}

function holdAgainst({ n, a }: AuditPoint, mark: AuditPoint): void {
  demandChain(n !== mark.n || equal(a, mark.a));
}

/** The newest checkpoint, once its signature is verified. */
async function signedPoint(
  { orgId, verify }: WalkWorld,
  { checkpoint, keys, head }: AuditChain,
): Promise<AuditPoint | null> {
  if (checkpoint === null) return null;
  demandChain(checkpoint.n <= head.n);
  const point = { n: checkpoint.n, a: bytesOf(checkpoint.a) };
  const kid = bytesOf(checkpoint.kid);
  for (const pk of keys.map(bytesOf)) {
    if (!equal(await sigKid(pk), kid)) continue;
    const sig = bytesOf(checkpoint.sig);
    demandChain(await verifyOne(verify, { pk, message: checkpointText(orgId, point), sig }));
    return point;
  }
  throw new ChainBroken();
}

function hashesOf({ links, head }: AuditChain, after: number): Bytes[] {
  const all = bytesOf(links);
  const count = all.length / HASH;
  demandChain(Number.isInteger(count) && after + count <= head.n);
  return Array.from({ length: count }, (_, i) => all.slice(i * HASH, (i + 1) * HASH));
}

/** What a server sends that is no base64url is no chain. */
function bytesOf(text: string): Bytes {
  try {
    return fromB64u(text);
  } catch {
    throw new ChainBroken();
  }
}
