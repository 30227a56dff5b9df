//! What several tests share.

pub(crate) mod box_cases;
pub(crate) mod case;
pub(crate) mod epoch_cases;
pub(crate) mod message_cases;
pub(crate) mod parse_cases;
pub(crate) mod reason_cases;
pub(crate) mod run;
pub(crate) mod statement_cases;
pub(crate) mod world;
