//! Connections, channels and presence in memory.
