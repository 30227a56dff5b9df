// A running Teduh of one story's own: the dev binary on a folder of its own, an exit page nearby.
import { test as base } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, run, stop, type Running } from "./binary";
import { organisationFolder, readPeople, type People } from "./organisation";

/** Settings as environment variables of the service. */
export type Settings = Readonly<Record<string, string>>;

// A story talks faster than people do, and all of it comes from one address.
const SETTINGS: Settings = {
  TEDUH_ORG__NAME: "Rumah Aman Semarang",
  TEDUH_ORG__CONTACT: "kantor@rumah-aman.example",
  TEDUH_NOTICE_BAND__ID: "",
  TEDUH_NOTICE_BAND__EN: "",
  TEDUH_LIMITS__SOCKET_BURST: "10000",
  TEDUH_LIMITS__ADDRESS_BURST: "10000",
};

/** What a story needs to know of the service that runs for it. */
export class Service {
  /** Its address, with the scheme and without the last slash. */
  readonly url: string;
  /** Everything that it logged in earlier runs. */
  #before = "";
  #running: Running;

  private constructor(
    /** Its data folder. */
    readonly data: string,
    /** Where its exit leads: a page of another origin. */
    readonly exitUrl: string,
    readonly settings: Settings,
    running: Running,
  ) {
    this.#running = running;
    this.url = running.url;
  }

  /** Starts a service on a data folder. */
  static async start(data: string, exitUrl: string, more: Settings): Promise<Service> {
    const settings = { ...SETTINGS, ...more, TEDUH_EXIT_URL: exitUrl };
    const running = await run(["serve", "--data", data, "--listen", "127.0.0.1:0"], settings);
    return new Service(data, exitUrl, settings, running);
  }

  /** Everything that it logged. */
  get log(): string {
    return this.#before + this.#running.log();
  }

  /** Kills the process as a power cut would. */
  kill(): Promise<void> {
    return stop(this.#running, "SIGKILL");
  }

  /** Stops it in good order, does something behind its back, and starts it again. */
  async whileStopped(act: () => void): Promise<void> {
    await stop(this.#running, "SIGTERM");
    act();
    await this.startAgain();
  }

  /** Starts it again at the same address. */
  async startAgain(): Promise<void> {
    this.#before += this.#running.log();
    const at = ["--data", this.data, "--listen", new URL(this.url).host];
    this.#running = await run(["serve", ...at], this.settings);
  }
}

async function exitPage(): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end("<!doctype html><title>Cuaca</title><h1>Cerah berawan</h1>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** A service that nobody has enrolled at, and the first admin's invite. */
export type Bare = Service & { readonly invite: string };

interface Fixtures {
  /** Settings that differ from the ordinary ones. */
  settings: Settings;
  /** A folder of the story's own. */
  folder: string;
  exitUrl: string;
  bare: Bare;
  /** A service with a whole organisation. */
  service: Service;
  people: People;
}

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "teduh-story-"));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  exitUrl: async ({}, use) => {
    const exit = await exitPage();
    await use(exit.url);
    exit.server.closeAllConnections();
    exit.server.close();
  },
  bare: async ({ folder, exitUrl, settings }, use) => {
    const data = join(folder, "data");
    const said = execFileSync(BINARY, ["init", "--data", data, "--org-name", "Rumah Aman"]);
    const invite = /^ {2}([A-Z2-7][A-Z2-7 -]+)$/m.exec(said.toString())?.[1];
    if (invite === undefined) throw new Error("no invite was printed");
    const service = await Service.start(data, exitUrl, settings);
    await use(Object.assign(service, { invite }));
    await service.kill();
  },
  service: async ({ folder, exitUrl, settings }, use) => {
    const data = join(folder, "data");
    cpSync(organisationFolder(), data, { recursive: true });
    const service = await Service.start(data, exitUrl, settings);
    await use(service);
    await service.kill();
  },
  people: async ({ service }, use) => {
    await use(readPeople(service.data));
  },
});

export { expect } from "@playwright/test";
