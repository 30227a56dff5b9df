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

/** Tries again at once when the phone is online again or somebody looks at the page; returns how to stop. */
export function hurryWhenAwake(connection: { hurry(): void }): () => void {
  const awake = (): void => {
    if (document.visibilityState === "visible") connection.hurry();
  };
  window.addEventListener("online", awake);
  document.addEventListener("visibilitychange", awake);
  return () => {
    window.removeEventListener("online", awake);
    document.removeEventListener("visibilitychange", awake);
  };
}
