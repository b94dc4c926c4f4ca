//! The agents' API: `/machines/<index>` of one TLS listener, below it the paths of the protocol, with and without `/v1` and with and
//! without a slash at the end.

use std::sync::Arc;

use agent_wire::{Command, CommandList, ErrorBody};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::commands::StartError;
use super::{Agent, VERSION};
use crate::machines::board::Board;
use crate::machines::listener::{self, Answer};

/// A config drive of 64 MiB in base64, and the rest.
const LARGEST: usize = 96 << 20;

struct Refusal(StatusCode, String);

/// Answers a request to one of the agents; where none runs, the connection is dropped.
pub(in crate::machines) async fn answer(
    boards: Arc<[Arc<Board>]>,
    request: Request<Incoming>,
) -> Answer {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let ["machines", index, rest @ ..] = parts.as_slice() else {
        return Some(refuse(Refusal(
            StatusCode::NOT_FOUND,
            "404 Not Found".to_owned(),
        )));
    };
    let board = index
        .parse()
        .ok()
        .and_then(|index: usize| boards.get(index))?;
    let agent = board.agent()?;
    let answer = route(&agent, rest, request).await;
    // A machine that lost its power meanwhile says nothing more.
    let alive = board.agent().is_some_and(|now| Arc::ptr_eq(&now, &agent));
    alive.then(|| match answer {
        Ok(value) => listener::json(StatusCode::OK, &value),
        Err(refusal) => refuse(refusal),
    })
}

fn refuse(Refusal(status, text): Refusal) -> Response<Full<Bytes>> {
    let body = ErrorBody::new(status.as_u16(), text);
    listener::json(status, &json!(body))
}

async fn route(
    agent: &Arc<Agent>,
    parts: &[&str],
    request: Request<Incoming>,
) -> Result<Value, Refusal> {
    let inner = parts.strip_prefix(&["v1"]).unwrap_or(parts);
    let query = request.uri().query().unwrap_or_default().to_owned();
    let wait = parameter(&query, "wait").is_some_and(|wait| wait.eq_ignore_ascii_case("true"));
    match (request.method(), inner) {
        (&Method::GET, []) => Ok(root()),
        (&Method::GET, ["status"]) => {
            Ok(json!({"started_at": agent.started_at, "version": VERSION}))
        }
        (&Method::GET, ["commands"]) => {
            agent.check_token(&query)?;
            let commands = agent.results();
            Ok(json!(CommandList { commands }))
        }
        (&Method::GET, ["commands", id]) => {
            agent.check_token(&query)?;
            result(agent, id, wait).await
        }
        (&Method::POST, ["commands"]) => {
            agent.check_token(&query)?;
            post(agent, request, wait).await
        }
        (_, [] | ["status" | "commands", ..]) => {
            let text = "405 Method Not Allowed".to_owned();
            Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, text))
        }
        _ => Err(Refusal(StatusCode::NOT_FOUND, "404 Not Found".to_owned())),
    }
}

async fn post(
    agent: &Arc<Agent>,
    request: Request<Incoming>,
    wait: bool,
) -> Result<Value, Refusal> {
    let body = listener::body(request, LARGEST).await.ok_or_else(|| {
        Refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body cannot be read".to_owned(),
        )
    })?;
    let command: Command = serde_json::from_slice(&body).map_err(|error| {
        let text = format!("Invalid request body: name and params are needed: {error}");
        Refusal(StatusCode::BAD_REQUEST, text)
    })?;
    let id = agent.start(command).map_err(|error| match error {
        StartError::Busy(name) => {
            let text = format!("Agent is busy: executing command {name}");
            Refusal(StatusCode::CONFLICT, text)
        }
        StartError::Refused(failure) => {
            let status = StatusCode::from_u16(failure.code);
            Refusal(
                status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                failure.to_string(),
            )
        }
    })?;
    result(agent, &id, wait).await
}

async fn result(agent: &Agent, id: &str, wait: bool) -> Result<Value, Refusal> {
    let found = agent.result(id, wait).await;
    found.map(|found| json!(found)).ok_or_else(|| {
        let text = format!("Not found: Command with id {id} not found.");
        Refusal(StatusCode::NOT_FOUND, text)
    })
}

impl Agent {
    /// An agent without a token rejects everything.
    fn check_token(&self, query: &str) -> Result<(), Refusal> {
        let given = parameter(query, "agent_token").unwrap_or_default();
        match &self.token {
            Some(own) if own.expose() == given => Ok(()),
            _ => {
                let text = "401 Unauthorized: Token invalid.".to_owned();
                Err(Refusal(StatusCode::UNAUTHORIZED, text))
            }
        }
    }
}

/// A parameter of the query; tokens and booleans need no unescaping.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn root() -> Value {
    let version = json!({"id": "v1", "links": [{"href": "/v1/", "rel": "self"}]});
    json!({
        "name": "Model agent",
        "description": "An agent without a machine",
        "versions": [version],
        "default_version": version,
    })
}
