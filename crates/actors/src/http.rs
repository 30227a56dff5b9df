//! HTTP as a page speaks it: JSON both ways, refusals as problems.

use protocol::Problem;
use reqwest::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// HTTP to one server.
#[derive(Clone, Debug)]
pub struct Http {
    base: String,
    client: reqwest::Client,
}

impl Http {
    /// HTTP to `http://host:port`.
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), client: reqwest::Client::new() }
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
        read(sent(self.request(Method::GET, path)).await?).await
    }

    /// Posts without a token.
    pub async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A> {
        read(sent(self.request(Method::POST, path).json(body)).await?).await
    }

    /// Posts without a token where the answer has no body.
    pub async fn tell(&self, method: Method, path: &str, body: &impl Serialize) -> Result<()> {
        sent(self.request(method, path).json(body)).await.map(drop)
    }

    /// Posts with a cookie; the answer comes with the cookie that it sets, as `name=value`.
    pub async fn post_cookie<A: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        cookie: Option<&str>,
    ) -> Result<(A, Option<String>)> {
        let mut request = self.request(Method::POST, path).json(body);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let answer = sent(request).await?;
        let set = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let set = set.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        Ok((read(answer).await?, set))
    }

    /// Posts with a cookie where the answer has no body.
    pub async fn tell_cookie(
        &self,
        path: &str,
        body: &impl Serialize,
        cookie: Option<&str>,
    ) -> Result<()> {
        let mut request = self.request(Method::POST, path).json(body);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        sent(request).await.map(drop)
    }

    /// Asks with an access token.
    pub async fn get_as<A: DeserializeOwned>(&self, token: &str, path: &str) -> Result<A> {
        read(sent(self.bearing(Method::GET, path, token)).await?).await
    }

    /// Posts with an access token.
    pub async fn post_as<A: DeserializeOwned>(
        &self,
        token: &str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<A> {
        read(sent(self.bearing(Method::POST, path, token).json(body)).await?).await
    }

    /// Sends with an access token where the answer has no body.
    pub async fn tell_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<()> {
        sent(self.bearing(method, path, token).json(body)).await.map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
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

async fn read<A: DeserializeOwned>(answer: Response) -> Result<A> {
    let body = answer.bytes().await.map_err(unanswered)?;
    serde_json::from_slice(&body).map_err(|why| Error::BadAnswer(why.to_string()))
}

fn unanswered(why: reqwest::Error) -> Error {
    Error::NoAnswer(why.without_url().to_string())
}
