//! What passed between a browser and the server, for whoever must prove what is not in it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Request;
use reqwest::header::HeaderMap;

/// Everything that a browser sent and got. Clones write on the same tape.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<Passed>>);

#[derive(Default)]
struct Passed {
    asked: Vec<Asked>,
    said: Vec<u8>,
    heard: Vec<u8>,
}

/// A request as it was sent.
#[derive(Clone)]
pub struct Asked {
    /// In capitals.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body; empty without one.
    pub body: Vec<u8>,
}

impl Tape {
    /// The requests, oldest first.
    pub fn asked_for(&self) -> Vec<Asked> {
        self.passed().asked.clone()
    }

    /// What was sent: bodies and frames, one a line.
    pub fn said(&self) -> Vec<u8> {
        self.passed().said.clone()
    }

    /// What came, refusals too: headers, bodies and frames, one a line.
    pub fn heard(&self) -> Vec<u8> {
        self.passed().heard.clone()
    }

    pub(crate) fn asked(&self, request: &Request) {
        let (url, body) = (request.url(), request.body().and_then(|body| body.as_bytes()));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let body = body.unwrap_or_default().to_vec();
        self.say(&body);
        self.passed().asked.push(Asked {
            method: request.method().to_string(),
            path: format!("{}{query}", url.path()),
            body,
        });
    }

    pub(crate) fn answered(&self, headers: &HeaderMap, body: &[u8]) {
        for (name, value) in headers {
            self.hear(&[name.as_str().as_bytes(), b": ", value.as_bytes()].concat());
        }
        self.hear(body);
    }

    pub(crate) fn say(&self, bytes: &[u8]) {
        let said = &mut self.passed().said;
        said.extend_from_slice(bytes);
        said.push(b'\n');
    }

    pub(crate) fn hear(&self, bytes: &[u8]) {
        let heard = &mut self.passed().heard;
        heard.extend_from_slice(bytes);
        heard.push(b'\n');
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tape(..)")
    }
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}
