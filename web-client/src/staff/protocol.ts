/** The version of the protocol that this page speaks (docs/protocol.md). */
export const PROTOCOL_VERSION = 1;
