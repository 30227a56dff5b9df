import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { qr, type Matrix } from "./qr.ts";

const rows = (matrix: Matrix): string[] =>
  matrix.map((row) => row.map((dark) => (dark ? "#" : ".")).join(""));

test("a short text as an independent reader (jsQR 1.4) has read it", () => {
  expect(rows(qr("teduh"))).toEqual([
    "#######..#.##.#######",
    "#.....#.#####.#.....#",
    "#.###.#...#...#.###.#",
    "#.###.#.....#.#.###.#",
    "#.###.#.#...#.#.###.#",
    "#.....#..##.#.#.....#",
    "#######.#.#.#.#######",
    ".........####........",
    "#.#.#.#...##....#..#.",
    "#.#.##.#......#....##",
    "..###.##.##.#...#####",
    "#..#....#.#...#....#.",
    "###.###.#.#.#.#.#..##",
    "........#..#.#.#....#",
    "#######..###.###..###",
    "#.....#....###.##....",
    "#.###.#.##.#.###.#.##",
    "#.###.#.......##...#.",
    "#.###.#.##..#...###.#",
    "#.....#..#....##...#.",
    "#######.#...#.#....##",
  ]);
});

test("a code app's address, read by the same reader, with several blocks", () => {
  const address =
    "otpauth://totp/Teduh:rini%40contoh.id?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Teduh";
  const text = qr(address)
    .map((row) => row.map(Number).join(""))
    .join("\n");
  expect(createHash("sha256").update(text).digest("hex")).toBe(
    "fd5a0f64176ccde0c790d88d424dcab10a79d2a645812e35eb9f8020c4a2b9a0",
  );
});

test("the size grows with the text, up to 213 bytes", () => {
  expect(qr("x".repeat(14)).length).toBe(21);
  expect(qr("x".repeat(15)).length).toBe(25);
  expect(qr("x".repeat(213)).length).toBe(57);
  expect(() => qr("x".repeat(214))).toThrow("too long");
});
