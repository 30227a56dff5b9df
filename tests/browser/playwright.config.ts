import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "stories",
  globalSetup: "./stories/organisation.ts",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: true,
  // A story that needs a second try is a story that fails for somebody.
  retries: 0,
  workers: 2,
  // Argon2 on a busy machine takes its time; nothing else here waits for long.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    locale: "id-ID",
    timezoneId: "Asia/Jakarta",
    trace: "off",
    screenshot: "off",
  },
  projects: [
    { name: "stories", testMatch: /.*\.story\.ts/ },
    { name: "shots", testMatch: /.*\.shots\.ts/ },
  ],
});
