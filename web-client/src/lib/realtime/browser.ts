import type { Socket, Surroundings } from "./connection.ts";

/** The browser as a connection's surroundings. */
export function browserSurroundings(path = "/ws"): Surroundings {
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  return {
    open: () => new WebSocket(`${scheme}//${window.location.host}${path}`) as unknown as Socket,
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
  };
}

/**
 * Tries again at once when the phone is online again or somebody looks at the page, and knows at once
 * when it is offline; returns how to stop.
 */
export function hurryWhenAwake(connection: { hurry(): void; drop(): void }): () => void {
  const awake = (): void => {
    if (document.visibilityState === "visible") connection.hurry();
  };
  const asleep = (): void => connection.drop();
  window.addEventListener("online", awake);
  window.addEventListener("offline", asleep);
  document.addEventListener("visibilitychange", awake);
  return () => {
    window.removeEventListener("online", awake);
    window.removeEventListener("offline", asleep);
    document.removeEventListener("visibilitychange", awake);
  };
}
