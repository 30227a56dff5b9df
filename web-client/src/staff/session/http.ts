// The server's HTTP side as the staff's pages use it. Nothing secret is ever part of an address.
import type { ErrorCode, Problem } from "../../lib/protocol/generated/wire.ts";

/** The server refused; `code` says why. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** No answer came: no network, or no server. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Asks the server. `token` is the access token of a signed-in person. */
async function ask(method: string, path: string, body?: unknown, token?: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      cache: "no-store",
      referrerPolicy: "no-referrer",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response.status === 204 ? undefined : await response.json();
  } catch {
    throw new Unreachable();
  }
  throw new ApiRefusal(await refusalCode(response));
}

/** A proxy between may answer something else than the server's own problems. */
async function refusalCode(response: Response): Promise<ErrorCode> {
  try {
    return ((await response.json()) as Problem).code;
  } catch {
    return "internal";
  }
}

/** One of `GET`, `POST` and `PUT` with the body's and the answer's wire types. */
export interface Http {
  get<Answer>(path: string, token?: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown, token?: string): Promise<Answer>;
  put(path: string, body: unknown, token: string): Promise<void>;
}

/** The browser's own. */
export const http: Http = {
  get: (path, token) => ask("GET", path, undefined, token) as Promise<never>,
  post: (path, body, token) => ask("POST", path, body, token) as Promise<never>,
  put: async (path, body, token) => {
    await ask("PUT", path, body, token);
  },
};
