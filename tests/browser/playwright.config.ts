import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "stories",
  outputDir: "test-results",
  forbidOnly: true,
  // A story that needs a second try is a story that fails for somebody.
  retries: 0,
  workers: 2,
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
