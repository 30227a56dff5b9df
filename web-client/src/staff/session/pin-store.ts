// The pins in IndexedDB, and the sid of this tab. Nothing else of a staff page outlives it.
import { NO_PINS, pinned, type Pins, type Seen } from "./pins.ts";

const DATABASE = "teduh-staff";
const STORE = "pins";
const SID = "teduh-sid";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's memory failed"));
  });
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return done(request);
}

/** What this browser knows of an organisation; `orgId` is base64url. */
export async function readPins(orgId: string): Promise<Pins> {
  const database = await open();
  try {
    const store = database.transaction(STORE).objectStore(STORE);
    return ((await done(store.get(orgId))) as Pins | undefined) ?? NO_PINS;
  } finally {
    database.close();
  }
}

/** Holds what the server shows against the pins and keeps it, in one transaction. */
export async function pin(orgId: string, seen: Seen): Promise<Pins> {
  const database = await open();
  try {
    const store = database.transaction(STORE, "readwrite").objectStore(STORE);
    const pins = ((await done(store.get(orgId))) as Pins | undefined) ?? NO_PINS;
    const next = pinned(pins, seen);
    await done(store.put(next, orgId));
    return next;
  } finally {
    database.close();
  }
}

/** The sign-in of this tab, which outlives a reload; null where there is none. */
export const tabSid = {
  read: (): string | null => window.sessionStorage.getItem(SID),
  keep: (sid: string): void => window.sessionStorage.setItem(SID, sid),
  forget: (): void => window.sessionStorage.removeItem(SID),
};
