//! REST under `/api`: one file a resource.

mod body;

pub(crate) use body::Body;
