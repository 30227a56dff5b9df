//! `C`, the one encoder of dvc1: `C(label, f1..fn) = lp("dvc1/" + label) || lp(f1) || .. || lp(fn)`.
//!
//! `lp(x) = u16be(len) || x`. It makes every info string, AAD, signed text, hash input and record.

/// What can be wrong with bytes that should be one `C(..)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// The label is another one.
    #[error("C1: another label")]
    C1Label,
    /// The bytes end where another field should begin.
    #[error("C2: a field is missing")]
    C2MissingField,
    /// A length runs past the end.
    #[error("C3: cut off inside a field")]
    C3Truncated,
    /// A field does not have the length it must have.
    #[error("C4: a field has the wrong length")]
    C4FieldLength,
    /// Bytes follow the last field.
    #[error("C5: bytes after the last field")]
    C5Trailing,
}

/// The length that a field must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Len {
    /// Exactly this many bytes.
    Is(usize),
    /// This many bytes, or none at all.
    IsOrEmpty(usize),
    /// As many as there are.
    Any,
}

impl Len {
    fn fits(self, len: usize) -> bool {
        match self {
            Self::Is(n) => len == n,
            Self::IsOrEmpty(n) => len == n || len == 0,
            Self::Any => true,
        }
    }
}

/// Encodes a label and its fields.
///
/// # Panics
/// On a field above 65,535 bytes. No field of dvc1 comes near; a cut length would let two
/// different inputs share one encoding.
pub fn c(label: &str, fields: &[&[u8]]) -> Vec<u8> {
    let size = fields.iter().map(|field| field.len() + 2).sum::<usize>();
    let mut out = Vec::with_capacity(size + label.len() + 7);
    put(&mut out, &[b"dvc1/", label.as_bytes()]);
    for field in fields {
        put(&mut out, &[field]);
    }
    out
}

fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let len = u16::try_from(len);
    assert!(len.is_ok(), "a field of C is at most 65,535 bytes");
    out.extend_from_slice(&len.unwrap_or_default().to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Parses bytes that must be exactly one `C(label, ..)` with fields of these lengths.
pub fn parse<'a, const N: usize>(
    label: &str,
    lengths: [Len; N],
    bytes: &'a [u8],
) -> Result<[&'a [u8]; N], EncodingError> {
    let (fields, rest) = parse_first(label, lengths, bytes)?;
    if rest.is_empty() { Ok(fields) } else { Err(EncodingError::C5Trailing) }
}

/// Parses one `C(label, ..)` at the start and returns what follows it, for concatenated lists.
pub fn parse_first<'a, const N: usize>(
    label: &str,
    lengths: [Len; N],
    bytes: &'a [u8],
) -> Result<([&'a [u8]; N], &'a [u8]), EncodingError> {
    let (found, mut rest) = take(bytes)?;
    if found.strip_prefix(b"dvc1/") != Some(label.as_bytes()) {
        return Err(EncodingError::C1Label);
    }
    let mut fields: [&[u8]; N] = [&[]; N];
    for (field, length) in fields.iter_mut().zip(lengths) {
        (*field, rest) = take(rest)?;
        if !length.fits(field.len()) {
            return Err(EncodingError::C4FieldLength);
        }
    }
    Ok((fields, rest))
}

fn take(bytes: &[u8]) -> Result<(&[u8], &[u8]), EncodingError> {
    if bytes.is_empty() {
        return Err(EncodingError::C2MissingField);
    }
    let (len, rest) = bytes.split_first_chunk::<2>().ok_or(EncodingError::C3Truncated)?;
    rest.split_at_checked(u16::from_be_bytes(*len).into()).ok_or(EncodingError::C3Truncated)
}

/// A parsed field as fixed bytes; its length was checked by [`parse`].
pub fn fixed<const N: usize>(field: &[u8]) -> Result<[u8; N], EncodingError> {
    field.try_into().map_err(|_| EncodingError::C4FieldLength)
}
