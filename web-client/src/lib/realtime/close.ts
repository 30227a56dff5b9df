/** What a page does after its socket was closed. */
export type AfterClose = "reconnect" | "sign_in" | "stop";

/** This page was replaced by a newer one of the same sender. */
export const CONTINUED_ELSEWHERE = 4201;

/**
 * Reads a close code by its range: 4100 to 4199 need a new sign-in (a client's code), 4200 and
 * above are final. Everything else, also what browsers report of a broken line, is tried again.
 */
export function afterClose(code: number): AfterClose {
  if (code >= 4200 && code < 5000) return "stop";
  if (code >= 4100 && code < 4200) return "sign_in";
  return "reconnect";
}
