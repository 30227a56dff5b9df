import type { Problem } from "../../lib/protocol/generated/wire.ts";
import { isAgain } from "../../lib/realtime/again.ts";
import type { World } from "./world.ts";

/** The server refused a request; the code says why. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly code: Problem["code"] | "unknown";

  constructor(code: Problem["code"] | "unknown") {
    super(code);
    this.code = code;
  }
}

/** The server could not be reached. */
export class Offline extends Error {
  override readonly name = "Offline";
}

/** Whether trying the same again later may succeed. */
export const mayTryAgain = (error: unknown): boolean =>
  error instanceof Offline || (error instanceof RequestRefused && isAgain(error.code));

async function refusal(response: Response): Promise<RequestRefused> {
  try {
    return new RequestRefused(((await response.json()) as Problem).code);
  } catch {
    return new RequestRefused("unknown");
  }
}

async function reach(world: World, path: string, init: RequestInit): Promise<Response> {
  try {
    return await world.fetch(path, init);
  } catch {
    throw new Offline();
  }
}

/** The server's answer as JSON, undefined where there is none. Throws `RequestRefused`, `Offline`. */
export async function call<Answer>(
  world: World,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: unknown,
): Promise<Answer> {
  const init: RequestInit = { method, cache: "no-store", credentials: "omit" };
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await reach(world, path, init);
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}
