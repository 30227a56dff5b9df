import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tests/unit/**/*.test.ts"],
    environment: "node",
    // Argon2 with 64 MiB and hundreds of strict verifications are slow on a small machine.
    testTimeout: 60_000,
  },
});
