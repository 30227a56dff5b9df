//! Reading a command: strict, and every refusal names the command that it answers.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{ErrorCode, MAX_FRAME};

/// A command with the number that its reply names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command<C> {
    /// Chosen by the sender; the reply carries it as `re`.
    pub id: u64,
    /// What is asked.
    pub body: C,
}

/// A frame that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The number of the command, where it could be read.
    pub id: Option<u64>,
    /// Why.
    pub code: ErrorCode,
}

/// The names of a command's variants.
pub(crate) trait Named {
    const NAMES: &'static [&'static str];
}

impl<C> Command<C> {
    /// Reads a frame.
    ///
    /// # Errors
    /// `too_large`, `bad_frame` (no JSON object, no number, an unknown field), `unknown_type`.
    #[expect(private_bounds, reason = "only the two command enums of this crate are read")]
    pub fn read(text: &str) -> Result<Self, Refused>
    where
        C: DeserializeOwned + Named,
    {
        if text.len() > MAX_FRAME {
            return Err(Refused { id: None, code: ErrorCode::TooLarge });
        }
        let refused = |id| move |_| Refused { id, code: ErrorCode::BadFrame };
        let mut frame: serde_json::Map<String, Value> =
            serde_json::from_str(text).map_err(refused(None))?;
        let id = frame.remove("id").and_then(|id| id.as_u64());
        let known = match frame.get("type") {
            Some(Value::String(name)) => C::NAMES.contains(&name.as_str()),
            _ => return Err(Refused { id, code: ErrorCode::BadFrame }),
        };
        if !known {
            return Err(Refused { id, code: ErrorCode::UnknownType });
        }
        let Some(number) = id else {
            return Err(Refused { id, code: ErrorCode::BadFrame });
        };
        let body = C::deserialize(Value::Object(frame)).map_err(refused(id))?;
        Ok(Self { id: number, body })
    }
}

impl<C: serde::Serialize> Command<C> {
    /// The frame as text.
    ///
    /// # Errors
    /// None for the types of this crate.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        #[derive(serde::Serialize)]
        struct Numbered<'a, C> {
            id: u64,
            #[serde(flatten)]
            body: &'a C,
        }
        serde_json::to_string(&Numbered { id: self.id, body: &self.body })
    }
}
