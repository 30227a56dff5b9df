//! Looking for a marker wherever it must not be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Where a marker was found, and written how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// The marker.
    pub marker: String,
    /// The form.
    pub form: &'static str,
}

/// Looks through every file under the folders.
pub fn find_marker(folders: &[&Path], marker: &str) -> Result<Vec<Finding>> {
    find_markers(folders, &[marker])
}

/// The same for several at once, in one pass.
pub fn find_markers(folders: &[&Path], markers: &[&str]) -> Result<Vec<Finding>> {
    let needles =
        Needles::of(markers.iter().flat_map(|marker| {
            forms(marker).into_iter().map(|form| ((*marker).to_owned(), form))
        }))?;
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else if path.is_file() {
            let bytes = std::fs::read(&path)?;
            found.extend(needles.in_bytes(&bytes).map(|(marker, (form, _))| Finding {
                file: path.clone(),
                marker: marker.clone(),
                form,
            }));
        }
    }
    Ok(found)
}

/// Whether bytes hold others: plain, in hex, or in base64.
pub fn holds(bytes: &[u8], marker: &[u8]) -> Result<bool> {
    let needles = Needles::of(byte_forms(marker).into_iter().map(|form| (String::new(), form)))?;
    Ok(needles.in_bytes(bytes).next().is_some())
}

/// Plain, JSON-escaped, UTF-16, hex, and base64 at the three alignments in both alphabets.
fn forms(marker: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16: Vec<u16> = marker.encode_utf16().collect();
    let escaped = utf16.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let mut forms = byte_forms(marker.as_bytes());
    forms.extend([
        ("JSON-escaped", escaped.into_bytes()),
        ("UTF-16 LE", utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("UTF-16 BE", utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
    ]);
    forms
}

fn byte_forms(marker: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hex = hex::encode(marker);
    let mut forms = vec![
        ("plain", marker.to_vec()),
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
fn base64_inside(
    marker: &[u8],
    shift: usize,
    alphabet: &base64::engine::GeneralPurpose,
) -> Vec<u8> {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(marker);
    let whole = bytes.len() * 8 / 6;
    let text = alphabet.encode(&bytes);
    let first = (shift * 8).div_ceil(6);
    text.as_bytes().get(first..whole).unwrap_or_default().to_vec()
}

/// A marker in one of its forms.
type Needle = (String, (&'static str, Vec<u8>));

/// What is looked for: bytes are walked through once.
struct Needles {
    all: Vec<Needle>,
    search: AhoCorasick,
}

impl Needles {
    fn of(all: impl Iterator<Item = Needle>) -> Result<Self> {
        // An empty one would be found everywhere.
        let all: Vec<_> = all.filter(|(_, (_, needle))| !needle.is_empty()).collect();
        let search = AhoCorasick::new(all.iter().map(|(_, (_, needle))| needle))?;
        Ok(Self { all, search })
    }

    /// Those that are there.
    fn in_bytes(&self, bytes: &[u8]) -> impl Iterator<Item = &Needle> {
        let found = self.search.find_overlapping_iter(bytes);
        let found: BTreeSet<_> = found.map(|one| one.pattern().as_usize()).collect();
        found.into_iter().filter_map(|n| self.all.get(n))
    }
}
