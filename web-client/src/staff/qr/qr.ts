// QR codes (ISO/IEC 18004): byte mode, error correction M, versions 1 to 10, mask 0.
// Every reader takes any mask, so the one with the shortest formula is used.
import { remainder } from "./reed_solomon.ts";

/** A square of modules; true is dark. The quiet zone of four modules is the caller's. */
export type Matrix = readonly (readonly boolean[])[];

/** Of each version: error correction bytes of a block, and the data bytes of its blocks. */
const VERSIONS: readonly (readonly [ec: number, blocks: readonly number[]])[] = [
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
  [26, [43, 43, 43, 43, 44]],
];

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Draws a text as a QR code. Throws when it is longer than 213 bytes. */
export function qr(text: string): Matrix {
  const bytes = new TextEncoder().encode(text);
  for (const [index, [ec, blocks]] of VERSIONS.entries()) {
    const version = index + 1;
    const lengthBits = version < 10 ? 8 : 16;
    const room = sum(blocks);
    if (4 + lengthBits + 8 * bytes.length > 8 * room) continue;
    return draw(version, codewords(bytes, lengthBits, room, ec, blocks));
  }
  throw new Error("too long for a QR code");
}

/** Mode, length, data and padding, with the error correction, interleaved. */
function codewords(
  bytes: Uint8Array,
  lengthBits: number,
  room: number,
  ec: number,
  blocks: readonly number[],
): number[] {
  const bits: number[] = [];
  const put = (value: number, count: number): void => {
    for (let i = count - 1; i >= 0; i -= 1) bits.push((value >> i) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, lengthBits);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, 8 * room - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data: number[] = [];
  for (let i = 0; i < bits.length; i += 8) {
    data.push(bits.slice(i, i + 8).reduce((byte, bit) => 2 * byte + bit, 0));
  }
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);

  let start = 0;
  const parts = blocks.map((length) => data.slice(start, (start += length)));
  const corrections = parts.map((part) => remainder(part, ec));
  return [...interleave(parts), ...interleave(corrections)];
}

/** One byte of each block in turn, until all are used up. */
function interleave(blocks: readonly (readonly number[])[]): number[] {
  const longest = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: longest }, (_, i) => blocks.flatMap((b) => b.slice(i, i + 1))).flat();
}

/** Where the alignment patterns of a version stand, in both directions. */
function alignments(version: number): number[] {
  if (version === 1) return [];
  const last = 4 * version + 10;
  return version < 7 ? [6, last] : [6, (6 + last) / 2, last];
}

/** Appends the remainder of a BCH code to a value. */
function bch(value: number, bits: number, polynomial: number): number {
  let rest = value << bits;
  for (let bit = 31 - Math.clz32(rest); bit >= bits; bit = 31 - Math.clz32(rest)) {
    rest ^= polynomial << (bit - bits);
  }
  return (value << bits) | rest;
}

function draw(version: number, data: readonly number[]): Matrix {
  const size = 4 * version + 17;
  const cells: (boolean | null)[][] = Array.from({ length: size }, () =>
    new Array<boolean | null>(size).fill(null),
  );
  const set = (x: number, y: number, dark: boolean): void => {
    const row = cells[y];
    if (row !== undefined && x >= 0 && x < size) row[x] = dark;
  };
  const get = (x: number, y: number): boolean | null => cells[y]?.[x] ?? null;
  /** A square target: rings around a centre, by their distance from it. */
  const target = (cx: number, cy: number, radius: number, light: readonly number[]): void => {
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) {
        set(cx + dx, cy + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
      }
    }
  };

  for (let i = 8; i < size - 8; i += 1) {
    set(i, 6, i % 2 === 0);
    set(6, i, i % 2 === 0);
  }
  target(3, 3, 4, [2, 4]);
  target(size - 4, 3, 4, [2, 4]);
  target(3, size - 4, 4, [2, 4]);
  for (const x of alignments(version)) {
    for (const y of alignments(version)) {
      if (get(x, y) === null || x === 6 || y === 6) {
        const corner = (x === 6 && (y === 6 || y > size - 9)) || (y === 6 && x > size - 9);
        if (!corner) target(x, y, 2, [1]);
      }
    }
  }
  formats(version, size, set);

  // The data goes up and down in columns of two, from the right; column 6 is the timing pattern.
  let bit = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const up = (right > 6 ? (size - 1 - right) / 2 : (size - 2 - right) / 2) % 2 === 0;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (get(x, y) !== null) continue;
        const byte = data[bit >> 3] ?? 0;
        const dark = ((byte >> (7 - (bit & 7))) & 1) === 1;
        bit += 1;
        set(x, y, dark !== ((x + y) % 2 === 0));
      }
    }
  }
  return cells.map((row) => row.map((cell) => cell === true));
}

/** The level, the mask and, from version 7 on, the version. */
function formats(
  version: number,
  size: number,
  set: (x: number, y: number, dark: boolean) => void,
): void {
  // Level M is 00, mask 0 is 000.
  const format = bch(0, 10, 0x537) ^ 0x5412;
  for (let i = 0; i < 15; i += 1) {
    const dark = ((format >> i) & 1) === 1;
    set(8, i < 6 ? i : i < 8 ? i + 1 : size - 15 + i, dark);
    set(i < 8 ? size - 1 - i : i === 8 ? 7 : 14 - i, 8, dark);
  }
  set(8, size - 8, true);
  if (version < 7) return;
  const bits = bch(version, 12, 0x1f25);
  for (let i = 0; i < 18; i += 1) {
    const dark = ((bits >> i) & 1) === 1;
    const [along, across] = [Math.floor(i / 3), size - 11 + (i % 3)];
    set(along, across, dark);
    set(across, along, dark);
  }
}
