// What the client page may import of the crypto, and nothing of the staff's.
export * from "../../../src/lib/crypto/bytes.ts";
export * from "../../../src/lib/crypto/chain.ts";
export * from "../../../src/lib/crypto/code.ts";
export * from "../../../src/lib/crypto/epoch.ts";
export * from "../../../src/lib/crypto/fingerprint.ts";
export * from "../../../src/lib/crypto/message.ts";
export * from "../../../src/lib/crypto/orgkeys.ts";
export * from "../../../src/lib/crypto/outbox.ts";
export * from "../../../src/lib/crypto/reasons.ts";
export * from "../../../src/lib/crypto/receiver.ts";
export * from "../../../src/lib/crypto/roster.ts";
export * from "../../../src/lib/crypto/workers.ts";
