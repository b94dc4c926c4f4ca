//! The BMCs: for each machine a Redfish service of its own under `/bmc/<index>/redfish/v1` of one listener. Just enough of DSP0266 and
//! the ComputerSystem schema to power a machine and choose what it boots; no virtual media, no events, no tasks.

mod actions;
mod documents;
mod sessions;

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::board::Board;
use super::listener::{self, Answer, empty, json};
use actions::Refusal;
use documents::{self as docs, error};
pub(super) use sessions::Sessions;

type Full = http_body_util::Full<bytes::Bytes>;

/// Orders and logins are small.
const LARGEST: usize = 64 * 1024;

/// Answers a request to one of the BMCs.
pub(super) async fn answer(boards: Arc<[Arc<Board>]>, request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let ["bmc", index, "redfish", rest @ ..] = parts.as_slice() else {
        return Some(error(StatusCode::NOT_FOUND, "no such resource"));
    };
    let board = index
        .parse()
        .ok()
        .and_then(|index: usize| boards.get(index));
    let Some(board) = board else {
        return Some(error(StatusCode::NOT_FOUND, "no such BMC"));
    };
    if board.faults.bmc_unreachable() {
        return None;
    }
    if board.faults.take_bmc_error() {
        return Some(error(
            StatusCode::SERVICE_UNAVAILABLE,
            "the BMC is busy with itself",
        ));
    }
    let (head, body) = request.into_parts();
    let body = listener::body(Request::from_parts(head.clone(), body), LARGEST).await;
    let Some(body) = body else {
        return Some(error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large",
        ));
    };
    Some(route(board, &head.method, rest, &head.headers, &body))
}

fn route(
    board: &Arc<Board>,
    method: &Method,
    rest: &[&str],
    headers: &HeaderMap,
    body: &[u8],
) -> Response<Full> {
    let index = board.machine.index;
    match (method.as_str(), rest) {
        ("GET", []) => return ok(&docs::versions(index)),
        ("GET", ["v1"]) => return ok(&docs::root(&board.machine)),
        ("POST", ["v1", "SessionService", "Sessions" | "Sessions/Members"]) => {
            return sessions::log_in(board, body);
        }
        _ => {}
    }
    if !sessions::knows(board, headers) {
        return error(StatusCode::UNAUTHORIZED, "log in first");
    }
    guarded(board, method, rest, headers, body)
}

fn guarded(
    board: &Arc<Board>,
    method: &Method,
    rest: &[&str],
    headers: &HeaderMap,
    body: &[u8],
) -> Response<Full> {
    let machine = &board.machine;
    let index = machine.index;
    match (method.as_str(), rest) {
        ("GET", ["v1", "SessionService"]) => ok(&docs::session_service(index)),
        ("GET", ["v1", "SessionService", "Sessions"]) => ok(&sessions::list(board)),
        ("GET", ["v1", "SessionService", "Sessions", id]) => sessions::show(board, id),
        ("DELETE", ["v1", "SessionService", "Sessions", id]) => sessions::log_out(board, id),
        ("GET", ["v1", "Systems"]) => ok(&docs::only_member(index, "Systems")),
        ("GET", ["v1", "Managers"]) => ok(&docs::only_member(index, "Managers")),
        ("GET", ["v1", "Managers", "1"]) => ok(&docs::manager(index)),
        ("GET", ["v1", "Systems", "1"]) => system(board),
        ("PATCH", ["v1", "Systems", "1"]) => done(actions::patch_system(board, headers, body)),
        ("POST", ["v1", "Systems", "1", "Actions", "ComputerSystem.Reset"]) => {
            done(actions::reset(board, body))
        }
        ("GET", ["v1", "Systems", "1", "EthernetInterfaces"]) => {
            ok(&docs::only_member(index, "Systems/1/EthernetInterfaces"))
        }
        ("GET", ["v1", "Systems", "1", "EthernetInterfaces", "1"]) => ok(&docs::interface(machine)),
        ("GET", _) => error(StatusCode::NOT_FOUND, "no such resource"),
        _ => error(
            StatusCode::METHOD_NOT_ALLOWED,
            "not possible with this resource",
        ),
    }
}

fn ok(document: &serde_json::Value) -> Response<Full> {
    json(StatusCode::OK, document)
}

fn system(board: &Board) -> Response<Full> {
    let truth = board.truth();
    let mut response = ok(&docs::system(&board.machine, &truth));
    if let Ok(etag) = docs::etag(&truth).parse() {
        response.headers_mut().insert(hyper::header::ETAG, etag);
    }
    response
}

fn done(outcome: Result<(), Refusal>) -> Response<Full> {
    match outcome {
        Ok(()) => empty(StatusCode::NO_CONTENT),
        Err(Refusal(status, why)) => error(status, &why),
    }
}
