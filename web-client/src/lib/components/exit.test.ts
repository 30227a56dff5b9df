// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { install, leave, SHIFT_PRESSES, shiftCounter, type ShiftCounter } from "./exit.ts";

function press(counter: ShiftCounter, key: string): number {
  counter.down(key);
  return counter.up(key);
}

test("three presses of Shift alone leave", () => {
  const counter = shiftCounter();
  press(counter, "Shift");
  press(counter, "Shift");
  expect(press(counter, "Shift")).toBe(SHIFT_PRESSES);
});

test("typing capitals never leaves", () => {
  const counter = shiftCounter();
  for (let i = 0; i < 5; i += 1) {
    counter.down("Shift");
    counter.down("A");
    counter.up("A");
    expect(counter.up("Shift")).toBe(0);
  }
});

test("another key, or time, starts the count anew", () => {
  const counter = shiftCounter();
  press(counter, "Shift");
  press(counter, "a");
  expect(press(counter, "Shift")).toBe(1);
  counter.expire();
  expect(press(counter, "Shift")).toBe(1);
});

/** A page with an exit link, a jump and the place that it leads to. */
function fill(): void {
  document.body.replaceChildren();
  document.body.dataset["exitUrl"] = "https://weather.example/";
  for (const [name, attribute, value] of [
    ["a", "href", "/keluar"],
    ["button", "data-jump", "isi"],
    ["main", "id", "isi"],
  ] as const) {
    const element = document.createElement(name);
    element.setAttribute(attribute, value);
    element.tabIndex = -1;
    document.body.append(element);
  }
}

test("leaving tells the server, blanks the page and goes, in this order and one tick", () => {
  fill();
  const steps: string[] = [];
  const elements = (): number => document.body.childElementCount;
  document.addEventListener("teduh:leave", () => steps.push(`told with ${elements()}`));
  leave(document, (url) => steps.push(`${url} with ${elements()}`));
  expect(steps).toEqual(["told with 3", "https://weather.example/ with 0"]);
});

test("a jump moves the focus and leaves the address alone", () => {
  fill();
  install(window);
  const before = window.location.href;
  document.querySelector<HTMLElement>("[data-jump]")?.click();
  expect(document.activeElement?.id).toBe("isi");
  expect(window.location.href).toBe(before);
});
