// The browser writes its pictures in haste. Flat pages are a quarter smaller without line filters.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = 8;
/** Bytes of a pixel: 8 bits of red, green and blue, as Chromium writes a page. */
const PIXEL = 3;

/** The same picture, smaller. */
export function smaller(png: Buffer): Buffer {
  const chunks: { kind: string; data: Buffer }[] = [];
  for (let at = SIGNATURE; at < png.length;) {
    const end = at + 8 + png.readUInt32BE(at);
    chunks.push({ kind: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, end) });
    at = end + 4;
  }
  const head = chunks.find(({ kind }) => kind === "IHDR")?.data;
  if (head?.[8] !== 8 || head[9] !== 2) return png;
  const pixels = chunks.filter(({ kind }) => kind === "IDAT").map(({ data }) => data);
  const plain = withoutFilters(inflateSync(Buffer.concat(pixels)), head.readUInt32BE(0) * PIXEL);
  return Buffer.concat([
    png.subarray(0, SIGNATURE),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(plain, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Undoes the filter of each line; every line begins with its filter's number. */
function withoutFilters(lines: Buffer, width: number): Buffer {
  const step = width + 1;
  for (let start = 0; start < lines.length; start += step) {
    const filter = lines[start] ?? 0;
    lines[start] = 0;
    for (let i = 1; i <= width; i += 1) {
      const left = i > PIXEL ? (lines[start + i - PIXEL] ?? 0) : 0;
      const up = start > 0 ? (lines[start - step + i] ?? 0) : 0;
      const corner = start > 0 && i > PIXEL ? (lines[start - step + i - PIXEL] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter] ?? 0;
      lines[start + i] = ((lines[start + i] ?? 0) + guess) & 255;
    }
  }
  return lines;
}

function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one)) as [
    number,
    number,
    number,
  ];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc(body), body.length + 4);
  return whole;
}

function crc(bytes: Buffer): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}
