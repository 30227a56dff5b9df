//! Looking for a marker wherever it must not be.

use std::path::{Path, PathBuf};

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;

/// Where a marker was found, and written how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// The form.
    pub form: &'static str,
}

/// Looks through every file under the folders.
pub fn find_marker(folders: &[&Path], marker: &str) -> Result<Vec<Finding>> {
    let forms = forms(marker);
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else if path.is_file() {
            let bytes = std::fs::read(&path)?;
            for (form, needle) in &forms {
                if memmem::find(&bytes, needle).is_some() {
                    found.push(Finding { file: path.clone(), form });
                }
            }
        }
    }
    Ok(found)
}

/// Plain, JSON-escaped, UTF-16, hex, and base64 at the three alignments in both alphabets.
fn forms(marker: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16: Vec<u16> = marker.encode_utf16().collect();
    let hex = hex::encode(marker);
    let escaped = utf16.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let mut forms = vec![
        ("plain", marker.as_bytes().to_vec()),
        ("JSON-escaped", escaped.into_bytes()),
        ("UTF-16 LE", utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("UTF-16 BE", utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
        ("hex", hex.to_uppercase().into_bytes()),
        ("hex", hex.into_bytes()),
    ];
    for shift in 0..3 {
        forms.push(("base64", base64_inside(marker, shift, &STANDARD_NO_PAD)));
        forms.push(("base64url", base64_inside(marker, shift, &URL_SAFE_NO_PAD)));
    }
    forms
}

/// The characters that depend on the marker alone, when `shift` bytes come before it.
fn base64_inside(marker: &str, shift: usize, alphabet: &base64::engine::GeneralPurpose) -> Vec<u8> {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(marker.as_bytes());
    let whole = bytes.len() * 8 / 6;
    let text = alphabet.encode(&bytes);
    let first = (shift * 8).div_ceil(6);
    text.as_bytes().get(first..whole).unwrap_or_default().to_vec()
}
