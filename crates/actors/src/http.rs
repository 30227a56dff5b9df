//! HTTP as a page speaks it: JSON both ways, refusals as problems.

use protocol::Problem;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result, Tape};

/// HTTP to one server.
#[derive(Clone, Debug)]
pub struct Http {
    base: String,
    client: reqwest::Client,
    tape: Option<Tape>,
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
        let answer = self.done(self.request(Method::GET, path)).await?;
        String::from_utf8(answer.body).map_err(|why| Error::BadAnswer(why.to_string()))
    }

    /// Asks for what anybody may know.
    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A> {
        read(&self.done(self.request(Method::GET, path)).await?)
    }

    /// Posts without a token.
    pub async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A> {
        read(&self.done(json(self.request(Method::POST, path), body)?).await?)
    }

    /// Posts without a token where the answer has no body.
    pub async fn tell(&self, method: Method, path: &str, body: &impl Serialize) -> Result<()> {
        self.done(json(self.request(method, path), body)?).await.map(drop)
    }

    /// Posts with a cookie; the answer comes with the cookie that it sets, as `name=value`.
    pub async fn post_cookie<A: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        cookie: Option<&str>,
    ) -> Result<(A, Option<String>)> {
        let mut request = json(self.request(Method::POST, path), body)?;
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let answer = self.done(request).await?;
        let set = answer.headers.get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let set = set.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        Ok((read(&answer)?, set))
    }

    /// Posts with a cookie where the answer has no body.
    pub async fn tell_cookie(
        &self,
        path: &str,
        body: &impl Serialize,
        cookie: Option<&str>,
    ) -> Result<()> {
        let mut request = json(self.request(Method::POST, path), body)?;
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        self.done(request).await.map(drop)
    }

    /// Asks with an access token.
    pub async fn get_as<A: DeserializeOwned>(&self, token: &str, path: &str) -> Result<A> {
        read(&self.done(self.bearing(Method::GET, path, token)).await?)
    }

    /// Posts with an access token.
    pub async fn post_as<A: DeserializeOwned>(
        &self,
        token: &str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<A> {
        let request = json(self.bearing(Method::POST, path, token), body)?;
        read(&self.done(request).await?)
    }

    /// Sends with an access token where the answer has no body.
    pub async fn tell_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<()> {
        self.done(json(self.bearing(method, path, token), body)?).await.map(drop)
    }

    /// Sends a body as it is, with a token or without one; gives the status of any answer.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> Result<u16> {
        let unknown = |_| Error::NotPossible("not a method".to_owned());
        let method = Method::from_bytes(method.as_bytes()).map_err(unknown)?;
        let request = match token {
            Some(token) => self.bearing(method, path, token),
            None => self.request(method, path),
        };
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        Ok(self.send(request).await?.status.as_u16())
    }

    /// Sends; a refusal is an error.
    async fn done(&self, request: RequestBuilder) -> Result<Answer> {
        let answer = self.send(request).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) => Err(Error::Refused { code: problem.code, rule: problem.rule }),
            Err(_) => Err(Error::BadAnswer(format!("{} without a problem", answer.status))),
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer> {
        let request = request.build().map_err(unanswered)?;
        if let Some(tape) = &self.tape {
            tape.asked(&request);
        }
        let answer = self.client.execute(request).await.map_err(unanswered)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(unanswered)?.to_vec();
        if let Some(tape) = &self.tape {
            tape.answered(&headers, &body);
        }
        Ok(Answer { status, headers, body })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    fn bearing(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.request(method, path).header(AUTHORIZATION, format!("Bearer {token}"))
    }
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

fn json(request: RequestBuilder, body: &impl Serialize) -> Result<RequestBuilder> {
    let body = serde_json::to_vec(body).map_err(|why| Error::BadAnswer(why.to_string()))?;
    Ok(request.header(CONTENT_TYPE, "application/json").body(body))
}

fn read<A: DeserializeOwned>(answer: &Answer) -> Result<A> {
    serde_json::from_slice(&answer.body).map_err(|why| Error::BadAnswer(why.to_string()))
}

fn unanswered(why: reqwest::Error) -> Error {
    Error::NoAnswer(why.without_url().to_string())
}
