/** The part of the browser's CloseWatcher that is used; older browsers have none. */
interface Watcher {
  onclose: (() => void) | null;
  destroy(): void;
}

/**
 * Calls back when somebody wants to close what is open: Escape, or Back on a phone whose browser
 * asks the page first. It needs no entry in the history. Returns how to stop.
 */
export function onCloseRequest(close: () => void): () => void {
  const Watching = (window as { CloseWatcher?: new () => Watcher }).CloseWatcher;
  if (Watching !== undefined) {
    const watcher = new Watching();
    watcher.onclose = close;
    return () => watcher.destroy();
  }
  const pressed = ({ key }: KeyboardEvent): void => {
    if (key === "Escape") close();
  };
  window.addEventListener("keydown", pressed);
  return () => window.removeEventListener("keydown", pressed);
}
