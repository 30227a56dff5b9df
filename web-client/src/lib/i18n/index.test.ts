import { expect, test } from "vitest";
import { translator } from "./index.ts";

const t = translator({ "client.landing.run_by": "Dikelola oleh {org_name}" });

test("a text is filled with its values", () => {
  expect(t("client.landing.run_by", { org_name: "Rumah Aman" })).toBe("Dikelola oleh Rumah Aman");
});

test("a missing value or text is an error, never a hole in a page", () => {
  expect(() => t("client.landing.run_by")).toThrow("{org_name}");
  expect(() => t("common.app_name")).toThrow("not in this bundle");
});

test("a child reads the child's form where there is one", () => {
  const texts = { "client.chat.from.me": "Anda", "client.chat.from.me_child": "Kamu" };
  expect(translator(texts)("client.chat.from.me")).toBe("Anda");
  expect(translator(texts, true)("client.chat.from.me")).toBe("Kamu");
  expect(translator({ "common.yes": "Ya" }, true)("common.yes")).toBe("Ya");
});
