//! How a registry learns who asks: HTTP basic, or a token that is fetched where the registry says (Docker Registry token
//! specification; without a pull secret the token is an anonymous one). The token is kept until the registry refuses it.

use std::fmt;
use std::sync::Mutex;

use agent_wire::WireSecret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::{BoxFuture, FutureExt};
use serde::Deserialize;

use super::reference::Reference;
use crate::guard::lock;
use crate::outbound::client::{Challenge, FetchError, Fetcher, Get};
use crate::outbound::document::{self, Retries};

const MAX_TOKEN: usize = 1 << 20;

/// The state of being logged in to one repository.
pub struct Login {
    registry: String,
    scope: String,
    basic: Option<WireSecret>,
    current: Mutex<Option<WireSecret>>,
    retries: Retries,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("registry", &self.registry)
            .field("secret", &self.basic.is_some())
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Not logged in yet.
    pub fn new(reference: &Reference, secret: Option<&WireSecret>, retries: Retries) -> Self {
        Self {
            registry: reference.registry.clone(),
            scope: reference.scope(),
            basic: secret.map(basic),
            current: Mutex::default(),
            retries,
        }
    }

    fn denied(&self, reason: &str) -> FetchError {
        FetchError::Denied {
            url: format!("the registry {}", self.registry),
            reason: reason.to_owned(),
        }
    }

    async fn find(&self, fetcher: &Fetcher, asked: &[String]) -> Result<WireSecret, FetchError> {
        let asked: Vec<_> = asked.iter().filter_map(|text| Asked::parse(text)).collect();
        if let Some(bearer) = asked
            .iter()
            .find(|a| a.scheme.eq_ignore_ascii_case("bearer"))
        {
            return self.token(fetcher, bearer).await;
        }
        if !asked.iter().any(|a| a.scheme.eq_ignore_ascii_case("basic")) {
            return Err(self.denied(
                "it asks for credentials in a way that is not understood; basic and bearer are",
            ));
        }
        match &self.basic {
            None => Err(self.denied("it wants a user and a password; set instance_info/image_pull_secret to user:password")),
            // It was sent already, and here is the question again.
            Some(value) if self.current().as_ref() == Some(value) => {
                Err(self.denied("it refuses the pull secret; correct instance_info/image_pull_secret"))
            }
            Some(value) => Ok(value.clone()),
        }
    }

    async fn token(&self, fetcher: &Fetcher, asked: &Asked) -> Result<WireSecret, FetchError> {
        let url = self.token_url(asked)?;
        let get = Get {
            authorization: self.basic.clone(),
            ..Get::default()
        };
        let bytes = document::fetch(fetcher, &url, &get, MAX_TOKEN, self.retries)
            .await
            .map_err(|error| {
                self.denied(&format!(
                    "no token was given: {error}; check instance_info/image_pull_secret"
                ))
            })?;
        let answer: TokenAnswer = serde_json::from_slice(&bytes)
            .map_err(|_| self.denied("its token service does not answer with a token"))?;
        let token = answer
            .token
            .or(answer.access_token)
            .filter(|t| is_token(t.expose()));
        let token = token.ok_or_else(|| self.denied("its token service gives none"))?;
        Ok(format!("Bearer {}", token.expose()).into())
    }

    fn token_url(&self, asked: &Asked) -> Result<String, FetchError> {
        let realm = asked.get("realm").unwrap_or_default();
        let wrong = || self.denied("it names no token service by an https URL");
        let mut url = reqwest::Url::parse(realm).map_err(|_| wrong())?;
        if url.scheme() != "https" || !url.has_host() {
            return Err(wrong());
        }
        let mut pairs = url.query_pairs_mut();
        if let Some(service) = asked.get("service") {
            pairs.append_pair("service", service);
        }
        // What we need, not what the registry would have us ask for.
        pairs.append_pair("scope", &self.scope);
        drop(pairs);
        Ok(url.into())
    }
}

impl Challenge for Login {
    fn current(&self) -> Option<WireSecret> {
        lock(&self.current).clone()
    }

    fn answer<'a>(
        &'a self,
        fetcher: &'a Fetcher,
        asked: &'a [String],
    ) -> BoxFuture<'a, Result<(), FetchError>> {
        async move {
            let value = self.find(fetcher, asked).await?;
            *lock(&self.current) = Some(value);
            Ok(())
        }
        .boxed()
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<WireSecret>,
    access_token: Option<WireSecret>,
}

/// RFC 6750, section 2.1.
fn is_token(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    !text.is_empty() && text.bytes().all(plain)
}

/// `user:password`; base64 of that, as Docker's configuration files hold it under `auth`; else a password without a user, as
/// Ironic takes what has no colon.
fn basic(secret: &WireSecret) -> WireSecret {
    let text = secret.expose().trim();
    if text.contains(':') {
        return format!("Basic {}", STANDARD.encode(text)).into();
    }
    let decoded = STANDARD.decode(text).ok();
    let pair = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    match pair.filter(|pair| pair.contains(':') && !pair.contains(char::is_control)) {
        Some(_) => format!("Basic {text}").into(),
        None => format!("Basic {}", STANDARD.encode(format!(":{text}"))).into(),
    }
}

/// One `WWW-Authenticate` header: a scheme and its parameters (RFC 9110, section 11.6.1).
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// `Bearer`, `Basic`.
    pub scheme: String,
    params: Vec<(String, String)>,
}

impl Asked {
    /// Reads a header; of several challenges in one header only the first.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.is_empty()
            || !scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        {
            return None;
        }
        Some(Self {
            scheme: scheme.to_owned(),
            params: params(rest),
        })
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self
            .params
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

fn params(mut rest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    while let Some((name, tail)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).to_owned();
        if name.contains(' ') {
            // The next challenge begins here.
            break;
        }
        let (value, tail) = match tail.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (value, tail) = tail.split_once(',').unwrap_or((tail, ""));
                (value.trim().to_owned(), tail)
            }
        };
        found.push((name, value));
        rest = tail;
    }
    found
}

/// Reads up to the closing quote; a backslash takes the next character as it is.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read() {
        let asked = Asked::parse(
            r#"Bearer realm="https://auth.example/token?a=b,c",service="registry \"x\"",scope=repository:a:pull"#,
        )
        .unwrap();
        assert_eq!(asked.scheme, "Bearer");
        assert_eq!(asked.get("Realm"), Some("https://auth.example/token?a=b,c"));
        assert_eq!(asked.get("service"), Some("registry \"x\""));
        assert_eq!(asked.get("scope"), Some("repository:a:pull"));
        assert_eq!(Asked::parse("Basic").unwrap().get("realm"), None);
        let two = Asked::parse(r#"Basic realm="a", Bearer realm="b""#).unwrap();
        assert_eq!((two.get("realm"), two.params.len()), (Some("a"), 1));
        assert_eq!(Asked::parse("=x"), None);
    }

    #[test]
    fn a_pull_secret_comes_in_three_shapes() {
        let header = |secret: &str| basic(&secret.into()).into_inner();
        assert_eq!(header("u:p"), "Basic dTpw");
        assert_eq!(
            header("dTpw"),
            "Basic dTpw",
            "the auth of a Docker configuration"
        );
        assert_eq!(
            header("token"),
            format!("Basic {}", STANDARD.encode(":token"))
        );
    }

    #[test]
    fn a_token_service_is_asked_for_what_is_needed_and_only_by_https() {
        let reference = Reference::parse("oci://h/a/b:1").unwrap();
        let retries = Retries {
            times: 0,
            interval: std::time::Duration::ZERO,
        };
        let login = Login::new(&reference, Some(&"u:canary".into()), retries);
        let asked = Asked::parse(
            r#"Bearer realm="https://auth.example/token?x=1",service="s p",scope="repository:other:push""#,
        );
        assert_eq!(
            login.token_url(&asked.unwrap()).unwrap(),
            "https://auth.example/token?x=1&service=s+p&scope=repository%3Aa%2Fb%3Apull"
        );
        for realm in ["http://auth.example/", "", "file:///x"] {
            let asked = Asked::parse(&format!("Bearer realm=\"{realm}\"")).unwrap();
            assert!(login.token_url(&asked).is_err(), "{realm}");
        }
        assert!(!format!("{login:?}").contains("canary"));
    }

    proptest::proptest! {
        #[test]
        fn no_header_panics(text in ".*") {
            if let Some(asked) = Asked::parse(&text) {
                let _ = asked.get("realm");
            }
        }
    }
}
