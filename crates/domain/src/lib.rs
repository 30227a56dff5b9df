//! The rules of the service, pure: no clock, no database, no network.
