//! Paths of the agent API to answers. Paths exist with and without `/v1` and with and without a trailing slash.

use std::convert::Infallible;
use std::sync::Arc;

use agent_wire::{Command, CommandList, ErrorBody};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::agent::{Agent, VERSION};
use crate::failure::Failure;

/// A config drive of 64 MiB in base64, and the rest.
const MAX_BODY: usize = 96 << 20;

/// Answers a request; refusals have the protocol's error body.
pub async fn answer(
    agent: Arc<Agent>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(match route(agent, request).await {
        Ok(value) => json_response(StatusCode::OK, &value),
        Err(refusal) => json_response(
            refusal.status,
            &serde_json::to_value(ErrorBody::new(refusal.status.as_u16(), refusal.text))
                .unwrap_or_default(),
        ),
    })
}

fn json_response(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    let kind = hyper::header::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, kind);
    response
}

struct Refusal {
    status: StatusCode,
    text: String,
}

impl Refusal {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let status =
            StatusCode::from_u16(failure.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            status,
            text: failure.to_string(),
        }
    }
}

async fn route(agent: Arc<Agent>, request: Request<Incoming>) -> Result<Value, Refusal> {
    let path = request.uri().path().to_owned();
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    let inner = parts.strip_prefix(&["v1"]).unwrap_or(&parts);
    match (request.method(), inner) {
        (&Method::GET, []) if parts.is_empty() => Ok(root()),
        (&Method::GET, []) => Ok(version_document()),
        (&Method::GET, ["status"]) => {
            Ok(json!({"started_at": agent.started_at, "version": VERSION}))
        }
        (&Method::GET, ["commands"]) => {
            check_token(&agent, &query)?;
            Ok(to_value(&CommandList {
                commands: agent.executor.list(),
            }))
        }
        (&Method::GET, ["commands", id]) => {
            check_token(&agent, &query)?;
            let result = agent.executor.get(id, query.wait()).await.ok_or_else(|| {
                Refusal::new(
                    StatusCode::NOT_FOUND,
                    format!("Not found: Command with id {id} not found."),
                )
            })?;
            Ok(to_value(&result))
        }
        (&Method::POST, ["commands"]) => {
            check_token(&agent, &query)?;
            post_command(&agent, request, query.wait()).await
        }
        (_, ["commands" | "status", ..] | []) => Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "405 Method Not Allowed",
        )),
        _ => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            format!("404 Not Found: {path}"),
        )),
    }
}

async fn post_command(
    agent: &Arc<Agent>,
    request: Request<Incoming>,
    wait: bool,
) -> Result<Value, Refusal> {
    let body = Limited::new(request.into_body(), MAX_BODY)
        .collect()
        .await
        .map_err(|e| {
            Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body cannot be read: {e}"),
            )
        })?
        .to_bytes();
    let command: Command = serde_json::from_slice(&body).map_err(|e| {
        Failure::content(format!(
            "the body must be an object with \"name\" and an object \"params\": {e}"
        ))
    })?;
    drop(body);
    let id = agent
        .executor
        .start(agent, command)
        .map_err(|busy| match busy {
            super::executor::StartError::Busy(name) => Refusal::new(
                StatusCode::CONFLICT,
                format!("Agent is busy: executing command {name}"),
            ),
            super::executor::StartError::Refused(failure) => failure.into(),
        })?;
    let result = agent
        .executor
        .get(&id.text, wait || id.sync)
        .await
        .ok_or_else(|| {
            Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the command's result is gone",
            )
        })?;
    Ok(to_value(&result))
}

fn to_value<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// An agent without a token rejects everything.
fn check_token(agent: &Agent, query: &Query) -> Result<(), Refusal> {
    let own = agent.settings().token;
    let given = query.token.as_deref().unwrap_or_default();
    match own {
        Some(own) if same(own.expose().as_bytes(), given.as_bytes()) => Ok(()),
        _ => Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "401 Unauthorized: Token invalid.",
        )),
    }
}

/// Compares in a time that depends on the lengths alone.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && std::hint::black_box(a.iter().zip(b).fold(0u8, |d, (x, y)| d | (x ^ y))) == 0
}

struct Query {
    token: Option<String>,
    wait: Option<String>,
}

impl Query {
    fn parse(text: &str) -> Self {
        let get = |name: &str| {
            text.split('&').find_map(|pair| {
                let (key, value) = pair.split_once('=')?;
                (key == name).then(|| unescape(value))
            })
        };
        Self {
            token: get("agent_token"),
            wait: get("wait"),
        }
    }

    fn wait(&self) -> bool {
        self.wait
            .as_deref()
            .is_some_and(|w| w.eq_ignore_ascii_case("true"))
    }
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .and_then(|h| std::str::from_utf8(h).ok());
        match (byte, code.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn root() -> Value {
    let version = json!({"id": "v1", "links": [{"href": "/v1/", "rel": "self"}]});
    json!({
        "name": "Hammerscale Agent API",
        "description": "Ramdisk agent that inspects, cleans and deploys bare metal machines",
        "versions": [version],
        "default_version": version,
    })
}

fn version_document() -> Value {
    json!({
        "id": "v1",
        "links": [{"href": "/v1/", "rel": "self"}],
        "commands": [{"href": "/v1/commands/", "rel": "self"}],
        "status": [{"href": "/v1/status/", "rel": "self"}],
        "media_types": [{"base": "application/json", "type": "application/vnd.openstack.ironic-python-agent.v1+json"}],
    })
}
