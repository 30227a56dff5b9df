// The dev binary as a process: started, killed, started again.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** The binary that the stories are about. */
export const BINARY =
  process.env["TEDUH"] ??
  join(process.env["CARGO_TARGET_DIR"] ?? resolve(__dirname, "../../../target"), "debug/teduh");

/** A running service and where it is reached. */
export interface Running {
  readonly child: ChildProcess;
  /** With the scheme and without the last slash. */
  readonly url: string;
  /** Everything that it logged so far. */
  readonly log: () => string;
}

/** Starts the binary and waits until it says where it serves. */
export async function run(args: readonly string[], settings: NodeJS.ProcessEnv): Promise<Running> {
  const child = spawn(BINARY, args, { env: settings, stdio: ["ignore", "ignore", "pipe"] });
  const lines: string[] = [];
  const log = (): string => lines.join("\n");
  const url = await new Promise<string>((serves, fails) => {
    // Reading goes on to the end, so that the service never waits for a full pipe.
    createInterface(child.stderr).on("line", (line) => {
      lines.push(line);
      const at = /"url":"(http:\/\/[^/]+)\//.exec(line)?.[1];
      if (at !== undefined) serves(at);
    });
    child.once("error", fails);
    child.once("exit", (code) => fails(new Error(`exit ${code ?? "by a signal"}:\n${log()}`)));
  });
  return { child, url, log };
}

/** Ends the process and waits until it is gone. */
export async function stop({ child }: Running, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
