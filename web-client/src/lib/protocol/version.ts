/** The version of the protocol that the pages speak (docs/protocol.md). */
export const PROTOCOL_VERSION = 1;
