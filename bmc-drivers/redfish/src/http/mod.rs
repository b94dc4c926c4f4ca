//! One HTTP exchange with a BMC: headers, caps on the answer, redirects within the origin. No retry and no login here.

mod body;
mod clients;
mod failure;
mod resolver;
mod tls;

use std::time::Duration;

use bmc_core::{BmcError, BmcMessage, Secret, Target};
use reqwest::{
    Method, Response, StatusCode, Url,
    header::{self, HeaderMap, HeaderValue},
};
use serde_json::Value;

use crate::{message, options::Options};
use clients::Clients;

/// How many redirects within the origin are followed.
const MOST_REDIRECTS: usize = 3;

/// What is asked of a BMC.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    pub method: Method,
    pub path: &'a str,
    pub body: Option<&'a Value>,
    pub if_match: Option<&'a str>,
    /// For error texts: "read the system".
    pub doing: &'a str,
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: &'a str, doing: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
            if_match: None,
            doing,
        }
    }

    pub(crate) fn post(path: &'a str, body: &'a Value, doing: &'a str) -> Self {
        Self {
            method: Method::POST,
            path,
            body: Some(body),
            if_match: None,
            doing,
        }
    }

    pub(crate) fn patch(
        path: &'a str,
        body: &'a Value,
        if_match: Option<&'a str>,
        doing: &'a str,
    ) -> Self {
        Self {
            method: Method::PATCH,
            path,
            body: Some(body),
            if_match,
            doing,
        }
    }
}

/// How a request proves who asks.
#[derive(Clone)]
pub(crate) enum Authorisation {
    Nobody,
    Basic { username: String, password: Secret },
    Token(Secret),
}

/// What came back, whatever its status.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub retry_after: Option<Duration>,
    pub token: Option<Secret>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; depth is bounded by the parser (128).
    pub(crate) fn json(&self, target: &Target, doing: &str) -> Result<Value, BmcError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // Only the place is told: the parser's words may repeat the body.
            malformed(
                target,
                doing,
                &format!(
                    "no JSON at line {}, column {}",
                    error.line(),
                    error.column()
                ),
            )
        })
    }

    /// Why the BMC refused, in its words.
    pub(crate) fn message(&self, target: &Target) -> BmcMessage {
        message::quote(&self.body, target.password.as_ref())
    }
}

pub(crate) fn malformed(target: &Target, doing: &str, reason: &str) -> BmcError {
    BmcError::Malformed {
        address: target.address.clone(),
        doing: doing.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The way to all BMCs.
pub(crate) struct Wire {
    pub options: Options,
    clients: Clients,
}

impl Wire {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            clients: Clients::new(&options),
            options,
        }
    }

    /// Asks once. `Err` only when no answer came or the answer cannot be taken; a refusal is an [`Answer`].
    pub(crate) async fn exchange(
        &self,
        target: &Target,
        call: &Call<'_>,
        who: &Authorisation,
    ) -> Result<Answer, BmcError> {
        if let Some(ip) = target
            .address
            .ip()
            .filter(|ip| !(self.options.allowed)(*ip))
        {
            return Err(BmcError::AddressNotAllowed {
                address: target.address.clone(),
                ip,
            });
        }
        let origin = origin(target)?;
        let mut url = within(target, &origin, call.path, call.doing)?;
        let mut identity = true;
        for _ in 0..=MOST_REDIRECTS + 1 {
            let response = self.send(target, call, who, url.clone(), identity).await?;
            let status = response.status();
            if status == StatusCode::NOT_ACCEPTABLE && call.method == Method::GET && identity {
                identity = false;
            } else if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                url = next_url(target, call, &origin, &url, &response)?;
            } else {
                return self.take(target, call, response).await;
            }
        }
        Err(malformed(target, call.doing, "it redirects in a circle"))
    }

    async fn send(
        &self,
        target: &Target,
        call: &Call<'_>,
        who: &Authorisation,
        url: Url,
        identity: bool,
    ) -> Result<Response, BmcError> {
        let client = self.clients.get(target)?;
        let mut request = client
            .request(call.method.clone(), url)
            .header("OData-Version", "4.0")
            .header(header::ACCEPT, "application/json")
            .timeout(self.options.connect_timeout + self.options.read_timeout * 2);
        if identity {
            request = request.header(header::ACCEPT_ENCODING, "identity");
        }
        if let Some(etag) = call.if_match {
            request = request.header(header::IF_MATCH, etag);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        request = match who {
            Authorisation::Nobody => request,
            Authorisation::Basic { username, password } => {
                request.basic_auth(username, Some(password.expose()))
            }
            Authorisation::Token(token) => {
                let mut value = HeaderValue::from_str(token.expose()).map_err(|_| {
                    malformed(target, call.doing, "its session token is no header value")
                })?;
                value.set_sensitive(true);
                request.header("X-Auth-Token", value)
            }
        };
        request
            .send()
            .await
            .map_err(|error| failure::classify(target, call.doing, error))
    }

    async fn take(
        &self,
        target: &Target,
        call: &Call<'_>,
        response: Response,
    ) -> Result<Answer, BmcError> {
        let status = response.status();
        let headers = response.headers();
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let etag = text("etag").filter(|etag| !matches!(etag.trim(), "" | "\"\""));
        let location = text("location");
        let token = text("x-auth-token")
            .filter(|token| !token.is_empty())
            .map(Secret::new);
        let retry_after = retry_after(headers, &self.options);
        let body = body::read(target, call.doing, response).await?;
        Ok(Answer {
            status,
            etag,
            location,
            retry_after,
            token,
            body,
        })
    }
}

/// The BMC's origin as a URL.
fn origin(target: &Target) -> Result<Url, BmcError> {
    Url::parse(&target.address.origin()).map_err(|error| BmcError::Misconfigured {
        key: "redfish_address",
        reason: error.to_string(),
    })
}

/// A path that a BMC named, on that BMC; anything that would lead elsewhere is refused.
fn within(target: &Target, origin: &Url, path: &str, doing: &str) -> Result<Url, BmcError> {
    let url = origin
        .join(path)
        .ok()
        .filter(|url| path.starts_with('/') && url.origin() == origin.origin());
    url.ok_or_else(|| {
        malformed(
            target,
            doing,
            "it names a resource by something that is not a path",
        )
    })
}

/// Where a redirect leads, if it may be followed: the same origin, and never a write turned into a read.
fn next_url(
    target: &Target,
    call: &Call<'_>,
    origin: &Url,
    from: &Url,
    response: &Response,
) -> Result<Url, BmcError> {
    let location = response
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let keeps_method = matches!(
        response.status(),
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    );
    let same = from
        .join(location)
        .ok()
        .filter(|url| url.origin() == origin.origin() && !location.is_empty());
    same.filter(|_| keeps_method || call.method == Method::GET)
        .ok_or_else(|| BmcError::Redirected {
            address: target.address.clone(),
            location: BmcMessage::new(if location.is_empty() {
                "nowhere"
            } else {
                location
            }),
        })
}

fn retry_after(headers: &HeaderMap, options: &Options) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let date = std::time::SystemTime::from(chrono::DateTime::parse_from_rfc2822(text).ok()?);
    Some(date.duration_since(options.pace.now()).unwrap_or_default())
}
