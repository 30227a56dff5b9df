//! Values on their way to and from a driver: the few types that both engines share.

use domain::{
    CaseId, EscId, Hash, Kid, Lane, Level, MsgId, OpeningId, SessionId, SignInId, StaffId,
    Timestamp,
};
use storage::{Result, StorageError};

use crate::error::engine;

/// A value that both drivers bind and read. Each kind knows its own null.
#[derive(Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
    Text(Option<String>),
    Bool(bool),
}

/// What can be bound.
pub(crate) trait ToValue {
    const NULL: Value;
    fn to_value(self) -> Value;
}

impl<T: ToValue> From<T> for Value {
    fn from(value: T) -> Self {
        value.to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    const NULL: Value = T::NULL;
    fn to_value(self) -> Value {
        self.map_or(T::NULL, ToValue::to_value)
    }
}

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl ToValue for $id {
            const NULL: Value = Value::Bytes(None);
            fn to_value(self) -> Value {
                Value::Bytes(Some(self.to_vec()))
            }
        }
    )*};
}
ids!(CaseId, EscId, Hash, Kid, MsgId, OpeningId, SessionId, SignInId, StaffId);

impl ToValue for i64 {
    const NULL: Value = Value::Int(None);
    fn to_value(self) -> Value {
        Value::Int(Some(self))
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl ToValue for $number {
            const NULL: Value = Value::Int(None);
            fn to_value(self) -> Value {
                // Only counters of ours come here; none reaches 2^63.
                Value::Int(Some(i64::try_from(self).unwrap_or(i64::MAX)))
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64);

impl ToValue for Timestamp {
    const NULL: Value = Value::Int(None);
    fn to_value(self) -> Value {
        Value::Int(Some(self.0))
    }
}

impl ToValue for Level {
    const NULL: Value = Value::Int(None);
    fn to_value(self) -> Value {
        self.get().to_value()
    }
}

impl ToValue for Lane {
    const NULL: Value = Value::Int(None);
    fn to_value(self) -> Value {
        self.number().to_value()
    }
}

impl ToValue for bool {
    const NULL: Value = Value::Bool(false);
    fn to_value(self) -> Value {
        Value::Bool(self)
    }
}

impl ToValue for Vec<u8> {
    const NULL: Value = Value::Bytes(None);
    fn to_value(self) -> Value {
        Value::Bytes(Some(self))
    }
}

impl<const N: usize> ToValue for [u8; N] {
    const NULL: Value = Value::Bytes(None);
    fn to_value(self) -> Value {
        Value::Bytes(Some(self.to_vec()))
    }
}

impl ToValue for &str {
    const NULL: Value = Value::Text(None);
    fn to_value(self) -> Value {
        Value::Text(Some(self.to_owned()))
    }
}

/// The arguments of a statement, in the order of `$1`, `$2` ..
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use args;

/// A row, read by position.
pub(crate) struct Row(pub(crate) Vec<Value>);

impl Row {
    fn value(&self, index: usize) -> Result<&Value> {
        self.0.get(index).ok_or_else(|| engine("a column is missing"))
    }

    pub(crate) fn opt_int(&self, index: usize) -> Result<Option<i64>> {
        match self.value(index)? {
            Value::Int(int) => Ok(*int),
            // An engine that sends untyped nulls.
            Value::Bytes(None) | Value::Text(None) => Ok(None),
            _ => Err(unexpected()),
        }
    }

    pub(crate) fn int(&self, index: usize) -> Result<i64> {
        self.opt_int(index)?.ok_or_else(unexpected)
    }

    /// A number that was stored from this type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, index: usize) -> Result<T> {
        self.int(index)?.try_into().map_err(|_| unexpected())
    }

    pub(crate) fn time(&self, index: usize) -> Result<Timestamp> {
        self.int(index).map(Timestamp)
    }

    pub(crate) fn opt_time(&self, index: usize) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(index)?.map(Timestamp))
    }

    pub(crate) fn bool(&self, index: usize) -> Result<bool> {
        match self.value(index)? {
            Value::Bool(value) => Ok(*value),
            Value::Int(Some(value)) => Ok(*value != 0),
            _ => Err(unexpected()),
        }
    }

    pub(crate) fn opt_bytes(&self, index: usize) -> Result<Option<&[u8]>> {
        match self.value(index)? {
            Value::Bytes(bytes) => Ok(bytes.as_deref()),
            Value::Int(None) | Value::Text(None) => Ok(None),
            _ => Err(unexpected()),
        }
    }

    pub(crate) fn bytes(&self, index: usize) -> Result<&[u8]> {
        self.opt_bytes(index)?.ok_or_else(unexpected)
    }

    /// Bytes of a fixed length: an id, a hash, a key.
    pub(crate) fn id<T: for<'a> TryFrom<&'a [u8]>>(&self, index: usize) -> Result<T> {
        self.bytes(index)?.try_into().map_err(|_| unexpected())
    }

    pub(crate) fn opt_id<T: for<'a> TryFrom<&'a [u8]>>(&self, index: usize) -> Result<Option<T>> {
        let Some(bytes) = self.opt_bytes(index)? else { return Ok(None) };
        bytes.try_into().map(Some).map_err(|_| unexpected())
    }

    pub(crate) fn text(&self, index: usize) -> Result<&str> {
        match self.value(index)? {
            Value::Text(Some(text)) => Ok(text),
            _ => Err(unexpected()),
        }
    }

    pub(crate) fn lane(&self, index: usize) -> Result<Lane> {
        Lane::from_number(self.number(index)?).ok_or_else(unexpected)
    }

    pub(crate) fn level(&self, index: usize) -> Result<Level> {
        self.number::<u8>(index)?.try_into().map_err(|_| unexpected())
    }
}

/// A stored value that no version of ours writes.
pub(crate) fn unexpected() -> StorageError {
    engine("a column holds what it should not")
}
