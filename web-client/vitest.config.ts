import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  test: {
    include: ["src/**/*.test.ts", "tests/unit/**/*.test.ts"],
    environment: "node",
    // Argon2 with 64 MiB and hundreds of strict verifications are slow on a small machine.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
