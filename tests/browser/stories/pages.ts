// The built client page over a server in memory, with a counselor beside it: for states of the page
// that a real service reaches only by long ways. Everything between page and server is the real thing.
import { test as base, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { systemRandom, toB64u } from "../../../web-client/src/lib/crypto/bytes.ts";
import { testOrganisation } from "../../../web-client/tests/unit/talk/organisation.ts";
import { TestService } from "../../../web-client/tests/unit/talk/service.ts";

const DIST = resolve(__dirname, "../../../web-client/dist");

const KINDS: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

// The policy of the real server (crates/server/src/web/headers.rs).
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; " +
  "img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'";

/** A client page and what stands behind it. */
export interface Pages {
  readonly url: string;
  readonly exitUrl: string;
  readonly service: TestService;
  /** Opens the page in a language and waits until its script has taken over. */
  readonly open: (page: Page, language?: "id" | "en") => Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

function html(name: string, values: Readonly<Record<string, string>>): string {
  const page = readFileSync(resolve(DIST, name), "utf8");
  return page.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? "");
}

async function answer(
  service: TestService,
  values: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? "/";
  const send = (status: number, kind: string, body: string | Buffer): void => {
    response.writeHead(status, {
      "content-type": kind,
      "cache-control": "no-store",
      "content-security-policy": POLICY,
    });
    response.end(body);
  };
  if (path === "/weather")
    return send(200, "text/html", `<title>Cuaca</title><link rel="icon" href="/icon.svg">Cerah`);
  if (path === "/" || path === "/en") {
    const name = `landing.${path === "/en" ? "en" : "id"}.html`;
    return send(200, "text/html; charset=utf-8", html(name, values));
  }
  if (path.startsWith("/api/")) {
    const result = await service.request(request.method ?? "GET", path, await bodyOf(request));
    if (result.body === undefined) {
      response.writeHead(result.status).end();
      return;
    }
    return send(result.status, "application/json", JSON.stringify(result.body));
  }
  const kind = KINDS[path.split(".").pop() ?? ""];
  if (kind === undefined) return send(404, "text/plain", "");
  return send(200, kind, readFileSync(resolve(DIST, `.${path}`)));
}

async function connect(page: Page, service: TestService): Promise<void> {
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const receive = service.connect({
      say: (frame) => socket.send(JSON.stringify(frame)),
      close: (code) => void socket.close({ code }),
    });
    socket.onMessage((text) => void receive(String(text)));
  });
}

export const test = base.extend<{ pages: Pages }>({
  pages: async ({}, use) => {
    const org = await testOrganisation(systemRandom, Date.now());
    const service = new TestService(org, systemRandom, () => Date.now());
    const values: Record<string, string> = {
      org_name: "Rumah Aman Semarang",
      org_contact: "kantor@rumah-aman.example",
      org_id: toB64u(org.orgId),
      root: toB64u(org.root.pk),
    };
    const server: Server = createServer((request, response) => {
      answer(service, values, request, response).catch(() => response.writeHead(500).end());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    values["exit_url"] = `${url}/weather`;
    const open = async (page: Page, language: "id" | "en" = "id"): Promise<void> => {
      await connect(page, service);
      await page.goto(language === "en" ? `${url}/en` : `${url}/`);
      await page.locator("html[data-ready]").waitFor();
    };
    await use({ url, exitUrl: `${url}/weather`, service, open });
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
});

export { expect } from "@playwright/test";
