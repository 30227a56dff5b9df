//! Every wire type, and nothing else.
