//! What came to somebody, held against what their role may see.

use actors::Tape;
use anyhow::{Context, Result, ensure};
use crypto::Id;
use crypto::epoch::{BoxRow, ReaderKind};
use serde_json::Value;
use stories::holds;

/// Somebody's boxes, and what must never come to them.
pub(super) struct Sight<'a> {
    pub(super) who: &'static str,
    pub(super) tape: &'a Tape,
    /// The kinds of boxes that may come, each with the frames that may bring it, and for a box that
    /// is for one person the id of that person's key.
    pub(super) boxes: Vec<(ReaderKind, Option<Id>, &'static [&'static str])>,
    /// The id of the own key, for halves of group keys.
    pub(super) own: Option<Id>,
    /// Ids of other cases, addresses, names.
    pub(super) hidden: Vec<(&'static str, Vec<u8>)>,
    /// What did come: the same search finds it.
    pub(super) known: Vec<(&'static str, Vec<u8>)>,
}

impl Sight<'_> {
    /// Looks through everything that came.
    pub(super) fn is_kept(&self) -> Result<()> {
        let Self { who, tape, .. } = self;
        let heard = tape.heard();
        for (what, bytes) in &self.hidden {
            ensure!(!holds(&heard, bytes)?, "{who} got {what}");
        }
        for (what, bytes) in &self.known {
            ensure!(holds(&heard, bytes)?, "{who} did not get {what}, or the search is blind");
        }
        for line in heard.split(|byte| *byte == b'\n') {
            if let Ok(frame) = serde_json::from_slice::<Value>(line) {
                let kind = frame.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.may_have(&frame, &kind).with_context(|| format!("{who}, {kind}"))?;
            }
        }
        Ok(())
    }

    fn may_have(&self, value: &Value, frame: &str) -> Result<()> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.may_have(item, frame)),
            Value::Object(fields) => {
                fields.iter().try_for_each(|(name, field)| match (name.as_str(), field) {
                    ("boxes", Value::Array(rows)) => {
                        rows.iter().try_for_each(|row| self.may_have_box(row, frame))
                    }
                    ("own", Value::Object(own)) => self.may_have_half(own.get("rkid")),
                    _ => self.may_have(field, frame),
                })
            }
            _ => Ok(()),
        }
    }

    fn may_have_box(&self, row: &Value, frame: &str) -> Result<()> {
        let bytes = crypto::base64url::decode(row.as_str().context("a box")?)?;
        let row = BoxRow::parse(&bytes)?;
        let fits = |(kind, kid, frames): &&(ReaderKind, Option<Id>, &[&str])| {
            *kind == row.kind
                && kid.is_none_or(|kid| kid == row.kid)
                && (frames.is_empty() || frames.contains(&frame))
        };
        ensure!(self.boxes.iter().find(fits).is_some(), "a box for {:?}", row.kind);
        Ok(())
    }

    /// A half of a group's key comes to who holds the key that it is sealed to.
    fn may_have_half(&self, rkid: Option<&Value>) -> Result<()> {
        let Some(rkid) = rkid.and_then(Value::as_str) else { return Ok(()) };
        let own = self.own.map(crypto::base64url::encode);
        ensure!(own.as_deref() == Some(rkid), "somebody else's half");
        Ok(())
    }
}
