import { expect, test } from "vitest";
import { SHIFT_PRESSES, ShiftCounter } from "./exit.ts";

function press(counter: ShiftCounter, key: string): number {
  counter.down(key);
  return counter.up(key);
}

test("three presses of Shift alone leave", () => {
  const counter = new ShiftCounter();
  press(counter, "Shift");
  press(counter, "Shift");
  expect(press(counter, "Shift")).toBe(SHIFT_PRESSES);
});

test("typing capitals never leaves", () => {
  const counter = new ShiftCounter();
  for (let i = 0; i < 5; i += 1) {
    counter.down("Shift");
    counter.down("A");
    counter.up("A");
    expect(counter.up("Shift")).toBe(0);
  }
});

test("another key, or time, starts the count anew", () => {
  const counter = new ShiftCounter();
  press(counter, "Shift");
  press(counter, "a");
  expect(press(counter, "Shift")).toBe(1);
  counter.expire();
  expect(press(counter, "Shift")).toBe(1);
});
