// The page's side of the two workers; slow arithmetic must not hold up a page that can be left.
import argon2Url from "./argon2.worker.ts?worker&url";
import verifyUrl from "./verify.worker.ts?worker&url";
import type { Answer } from "./answer.ts";
import type { Stretch } from "./code.ts";
import type { SigCheck, Verify } from "./sign.ts";

interface Policy {
  createScriptURL(url: string): string;
}

interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | undefined;

/** Trusted Types let a worker start only from a url that a policy returned; ours knows two. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Factory };
  policy ??= trustedTypes?.createPolicy("workers", {
    createScriptURL(asked) {
      if (asked !== argon2Url && asked !== verifyUrl) throw new TypeError("not a worker of ours");
      return asked;
    },
  });
  return policy === undefined ? url : policy.createScriptURL(url);
}

/** A worker that starts with the first question. */
function asker<Q, A>(url: string): (ask: Q) => Promise<A> {
  let worker: Worker | undefined;
  let lastId = 0;
  const waiting = new Map<number, (answer: Answer<A>) => void>();

  function start(): Worker {
    const started = new Worker(trusted(url));
    started.addEventListener("message", ({ data }: MessageEvent<Answer<A>>) => {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    });
    // A worker that cannot load or run answers nothing; the next question starts another.
    started.addEventListener("error", () => {
      worker = undefined;
      for (const [id, settle] of waiting) settle({ id });
      waiting.clear();
    });
    return started;
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      worker ??= start();
      const id = ++lastId;
      waiting.set(id, ({ result }) => {
        if (result === undefined) reject(new Error("a worker could not answer"));
        else resolve(result);
      });
      worker.postMessage({ id, ask });
    });
}

const askVerify = asker<readonly SigCheck[], readonly boolean[]>(verifyUrl);
const askArgon2 = asker<object, Awaited<ReturnType<Stretch>>>(argon2Url);

/** Strict verification in the worker; put the newest first where there are many. */
export const verifyInWorker: Verify = (checks) =>
  checks.length === 0 ? Promise.resolve([]) : askVerify(checks);

/** Argon2id in the worker. */
export const stretchInWorker: Stretch = (code, salt, params) => askArgon2({ code, salt, params });
