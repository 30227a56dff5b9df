/** The longest body of a message in bytes; a test compares it with the crypto's own number. */
export const MAX_BODY = 16263;

/** The sealed body of a text. */
export const textBody = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(new TextEncoder().encode(JSON.stringify({ t: text })));

/** Whether a text is longer than one message can hold. */
export const isTooLong = (text: string): boolean => textBody(text).length > MAX_BODY;

/** Whether this browser can lock messages at all. */
export const canLock = (): boolean =>
  typeof BigInt !== "undefined" && window.crypto?.subtle !== undefined;
