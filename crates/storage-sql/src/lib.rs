//! The storage on SQLite and PostgreSQL, with one SQL text.
