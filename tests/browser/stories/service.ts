// A running Teduh of one story's own: the dev binary, a fresh data folder, an exit page nearby.
import { test as base } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const BINARY =
  process.env["TEDUH"] ??
  join(process.env["CARGO_TARGET_DIR"] ?? resolve(__dirname, "../../../target"), "debug/teduh");

/** What a story needs to know of the service that runs for it. */
export interface Service {
  /** Its address, with the scheme and without the last slash. */
  readonly url: string;
  /** Where its exit leads: a page of another origin. */
  readonly exitUrl: string;
}

async function exitPage(): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end("<!doctype html><title>Cuaca</title><h1>Cerah berawan</h1>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function started(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error("the service has no log");
  const lines: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    lines.push(line);
    const url = /"url":"(http:\/\/[^/]+)\//.exec(line)?.[1];
    if (url !== undefined) {
      // Keep reading, so that the service never waits for a full pipe.
      child.stderr.resume();
      return url;
    }
  }
  throw new Error(`the service did not start:\n${lines.join("\n")}`);
}

export const test = base.extend<{ service: Service }>({
  service: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "teduh-story-"));
    const exit = await exitPage();
    execFileSync(BINARY, ["init", "--data", folder, "--org-name", "Rumah Aman Semarang"]);
    const child = spawn(BINARY, ["serve", "--data", folder, "--listen", "127.0.0.1:0"], {
      env: { TEDUH_EXIT_URL: exit.url, TEDUH_ORG__CONTACT: "kantor@rumah-aman.example" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    try {
      await use({ url: await started(child), exitUrl: exit.url });
    } finally {
      child.kill("SIGKILL");
      exit.server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

export { expect } from "@playwright/test";
