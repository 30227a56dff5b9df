//! HTTP as a page speaks it: JSON both ways, refusals as problems.

use std::sync::{Arc, Mutex, PoisonError};

use protocol::Problem;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// HTTP to one server.
#[derive(Clone, Debug)]
pub struct Http {
    base: String,
    client: reqwest::Client,
    tape: Option<Tape>,
}

/// Everything that a browser sent and got, for whoever must prove that something is not in it.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    /// What passed so far: bodies and frames, one a line.
    pub fn heard(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn record(&self, bytes: &[u8]) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend_from_slice(bytes);
        heard.push(b'\n');
    }
}

impl std::fmt::Debug for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tape(..)")
    }
}

impl Http {
    /// HTTP to `http://host:port`.
    pub fn new(base: &str) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { base, client: reqwest::Client::new(), tape: None }
    }

    /// The same, with everything that passes recorded.
    #[must_use]
    pub fn taped(mut self, tape: &Tape) -> Self {
        self.tape = Some(tape.clone());
        self
    }

    pub(crate) fn tape(&self) -> Option<Tape> {
        self.tape.clone()
    }

    /// The address of the socket, `ws://host:port/ws`.
    pub fn socket(&self) -> String {
        format!("{}/ws", self.base.replacen("http", "ws", 1))
    }

    /// A page's HTML.
    pub async fn page(&self, path: &str) -> Result<String> {
        let answer = self.request(Method::GET, path).send().await.map_err(unanswered)?;
        refused_or(answer).await?.text().await.map_err(unanswered)
    }

    /// Asks for what anybody may know.
    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A> {
        self.read(sent(self.request(Method::GET, path)).await?).await
    }

    /// Posts without a token.
    pub async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A> {
        self.read(sent(self.json(self.request(Method::POST, path), body)?).await?).await
    }

    /// Posts without a token where the answer has no body.
    pub async fn tell(&self, method: Method, path: &str, body: &impl Serialize) -> Result<()> {
        sent(self.json(self.request(method, path), body)?).await.map(drop)
    }

    /// Posts with a cookie; the answer comes with the cookie that it sets, as `name=value`.
    pub async fn post_cookie<A: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        cookie: Option<&str>,
    ) -> Result<(A, Option<String>)> {
        let mut request = self.json(self.request(Method::POST, path), body)?;
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let answer = sent(request).await?;
        let set = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let set = set.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        Ok((self.read(answer).await?, set))
    }

    /// Posts with a cookie where the answer has no body.
    pub async fn tell_cookie(
        &self,
        path: &str,
        body: &impl Serialize,
        cookie: Option<&str>,
    ) -> Result<()> {
        let mut request = self.json(self.request(Method::POST, path), body)?;
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        sent(request).await.map(drop)
    }

    /// Asks with an access token.
    pub async fn get_as<A: DeserializeOwned>(&self, token: &str, path: &str) -> Result<A> {
        self.read(sent(self.bearing(Method::GET, path, token)).await?).await
    }

    /// Posts with an access token.
    pub async fn post_as<A: DeserializeOwned>(
        &self,
        token: &str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<A> {
        let request = self.json(self.bearing(Method::POST, path, token), body)?;
        self.read(sent(request).await?).await
    }

    /// Sends with an access token where the answer has no body.
    pub async fn tell_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<()> {
        sent(self.json(self.bearing(method, path, token), body)?).await.map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    fn json(&self, request: RequestBuilder, body: &impl Serialize) -> Result<RequestBuilder> {
        let body = serde_json::to_vec(body).map_err(|why| Error::BadAnswer(why.to_string()))?;
        if let Some(tape) = &self.tape {
            tape.record(&body);
        }
        Ok(request.header(CONTENT_TYPE, "application/json").body(body))
    }

    async fn read<A: DeserializeOwned>(&self, answer: Response) -> Result<A> {
        let body = answer.bytes().await.map_err(unanswered)?;
        if let Some(tape) = &self.tape {
            tape.record(&body);
        }
        serde_json::from_slice(&body).map_err(|why| Error::BadAnswer(why.to_string()))
    }

    fn bearing(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.request(method, path).header(AUTHORIZATION, format!("Bearer {token}"))
    }
}

async fn sent(request: RequestBuilder) -> Result<Response> {
    refused_or(request.send().await.map_err(unanswered)?).await
}

async fn refused_or(answer: Response) -> Result<Response> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let body = answer.bytes().await.map_err(unanswered)?;
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => Err(Error::Refused { code: problem.code, rule: problem.rule }),
        Err(_) => Err(Error::BadAnswer(format!("{status} without a problem"))),
    }
}

fn unanswered(why: reqwest::Error) -> Error {
    Error::NoAnswer(why.without_url().to_string())
}
