//! Logins of one BMC: basic authentication, and a table of eight sessions. Who logs in to a full table takes the place of the session that
//! was used least recently, whose token then gets 401, as BMCs with few places do.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, LOCATION};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};

use super::documents::{collection, error};
use crate::machines::board::Board;
use crate::machines::guard::lock;
use crate::machines::listener;
use crate::machines::machine::root_path;

const PLACES: usize = 8;
const TOKEN: &str = "X-Auth-Token";

/// The table.
#[derive(Debug, Default)]
pub(in crate::machines) struct Sessions {
    /// Number and token, the least recently used first.
    open: Vec<(u64, String)>,
    made: u64,
}

impl Sessions {
    fn open(&mut self, token: String) -> u64 {
        if self.open.len() >= PLACES {
            self.open.remove(0);
        }
        self.made += 1;
        self.open.push((self.made, token));
        self.made
    }

    fn use_token(&mut self, token: &str) -> bool {
        let Some(at) = self.open.iter().position(|(_, known)| known == token) else {
            return false;
        };
        self.open[at..].rotate_left(1);
        true
    }

    fn close(&mut self, id: &str) -> bool {
        let before = self.open.len();
        self.open.retain(|(known, _)| known.to_string() != id);
        self.open.len() < before
    }
}

/// Whether a request comes from somebody known.
pub(super) fn knows(board: &Board, headers: &HeaderMap) -> bool {
    if board.faults.wrong_password() {
        return false;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(token) = text(TOKEN) {
        return lock(&board.sessions).use_token(token);
    }
    let machine = &board.machine;
    let expected = STANDARD.encode(format!("{}:{}", machine.username, machine.password));
    text(AUTHORIZATION.as_str())
        .and_then(|given| given.strip_prefix("Basic "))
        .is_some_and(|given| given == expected)
}

pub(super) fn log_in(board: &Arc<Board>, body: &[u8]) -> Response<Full<Bytes>> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let machine = &board.machine;
    let right = body["UserName"] == machine.username.as_str()
        && body["Password"] == machine.password.as_str()
        && !board.faults.wrong_password();
    if !right {
        return error(
            StatusCode::UNAUTHORIZED,
            "the user name or the password is wrong",
        );
    }
    let token = uuid::Uuid::new_v4().simple().to_string();
    let id = lock(&board.sessions).open(token.clone());
    let mut response = listener::json(StatusCode::CREATED, &document(board, id));
    let headers = response.headers_mut();
    if let (Ok(token), Ok(place)) = (token.parse(), path(machine.index, id).parse()) {
        headers.insert(TOKEN, token);
        headers.insert(LOCATION, place);
    }
    response
}

fn path(index: usize, id: u64) -> String {
    format!("{}/SessionService/Sessions/{id}", root_path(index))
}

fn document(board: &Board, id: u64) -> Value {
    json!({
        "@odata.id": path(board.machine.index, id),
        "@odata.type": "#Session.v1_1_0.Session",
        "Id": id.to_string(),
        "Name": "User Session",
        "UserName": board.machine.username,
    })
}

pub(super) fn list(board: &Board) -> Value {
    let open = lock(&board.sessions);
    let ids: Vec<String> = open.open.iter().map(|(id, _)| id.to_string()).collect();
    collection(board.machine.index, "SessionService/Sessions", &ids)
}

pub(super) fn show(board: &Board, id: &str) -> Response<Full<Bytes>> {
    let found = lock(&board.sessions)
        .open
        .iter()
        .map(|(known, _)| *known)
        .find(|known| known.to_string() == id);
    match found {
        Some(id) => listener::json(StatusCode::OK, &document(board, id)),
        None => error(StatusCode::NOT_FOUND, "no such session"),
    }
}

pub(super) fn log_out(board: &Board, id: &str) -> Response<Full<Bytes>> {
    if lock(&board.sessions).close(id) {
        listener::empty(StatusCode::NO_CONTENT)
    } else {
        error(StatusCode::NOT_FOUND, "no such session")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_session_gives_way() {
        let mut sessions = Sessions::default();
        for number in 0..PLACES {
            sessions.open(format!("t{number}"));
        }
        assert!(sessions.use_token("t0"));
        assert_eq!(sessions.open("new".into()), 9);
        assert!(!sessions.use_token("t1"));
        assert!(sessions.use_token("t0") && sessions.use_token("new"));
        assert!(sessions.close("9") && !sessions.close("9"));
        assert!(!sessions.use_token("new"));
    }
}
