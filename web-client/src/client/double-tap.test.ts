// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { watchTaps } from "./double-tap.ts";

let pressed: string[] = [];

function button(name: string): HTMLElement {
  const made = document.createElement("button");
  made.addEventListener("click", () => pressed.push(name));
  document.body.append(made);
  return made;
}

function tap(
  on: HTMLElement,
  at: { ms: number; x?: number; detail?: number; pointerType?: string },
): void {
  const { ms, x = 100, detail = 1, pointerType = "touch" } = at;
  const init = { bubbles: true, cancelable: true, clientX: x, detail, pointerType };
  const event = new PointerEvent("click", init);
  Object.defineProperty(event, "timeStamp", { value: ms });
  on.dispatchEvent(event);
}

watchTaps(document);
let start = 0;
beforeEach(() => {
  pressed = [];
  start += 10_000;
});

test("the second tap of two does not reach what came under the finger", () => {
  tap(button("before"), { ms: start });
  const after = button("after");
  tap(after, { ms: start + 150, x: 108 });
  tap(after, { ms: start + 300 });
  expect(pressed).toEqual(["before"]);
  tap(after, { ms: start + 900 });
  expect(pressed).toEqual(["before", "after"]);
});

test("twice on one thing, at another place, or by key it counts", () => {
  const one = button("one");
  tap(one, { ms: start });
  tap(one, { ms: start + 150 });
  tap(button("far"), { ms: start + 300, x: 200 });
  tap(button("key"), { ms: start + 350, x: 200, detail: 0 });
  expect(pressed).toEqual(["one", "one", "far", "key"]);
});

test("a mouse counts its clicks by itself", () => {
  tap(button("before"), { ms: start, pointerType: "mouse" });
  tap(button("second click"), { ms: start + 150, detail: 2, pointerType: "mouse" });
  tap(button("another"), { ms: start + 150, pointerType: "mouse" });
  expect(pressed).toEqual(["before", "another"]);
});
