//! The client against a small API on loopback that misbehaves on demand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use api_types::{NodeCreate, PortCreate};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use client::{
    Account, Client, ClientError, Connection, ErrorKind, Goal, NodeFilter, PortFilter, RetryPolicy,
    StreamItem, WaitOptions,
};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the fake has been asked: method, path with query, headers.
type Asked = Vec<(String, String, HeaderMap)>;

/// An API that gives prepared answers, in order, and keeps what it was asked.
#[derive(Clone, Default)]
struct Fake {
    answers: Arc<Mutex<VecDeque<Response>>>,
    asked: Arc<Mutex<Asked>>,
}

impl Fake {
    fn answering(answers: impl IntoIterator<Item = Response>) -> Self {
        let fake = Self::default();
        fake.answers.lock().unwrap().extend(answers);
        fake
    }

    /// Serves on a free port of loopback; answers a connection to it.
    async fn serve(&self) -> Connection {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let mut connection = Connection::to(format!("http://{address}/v1"));
        connection.retry = RetryPolicy {
            tries: 5,
            first_pause: Duration::ZERO,
            longest_pause: Duration::ZERO,
        };
        connection
    }

    async fn client(&self) -> Client {
        Client::new(&self.serve().await).unwrap()
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|(method, path, _)| format!("{method} {path}"))
            .collect()
    }

    fn header(&self, request: usize, name: &str) -> String {
        let asked = self.asked.lock().unwrap();
        asked[request].2[name].to_str().unwrap().to_owned()
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let path = request.uri().path_and_query().unwrap().to_string();
    let entry = (
        request.method().to_string(),
        path,
        request.headers().clone(),
    );
    fake.asked.lock().unwrap().push(entry);
    let prepared = fake.answers.lock().unwrap().pop_front();
    prepared.unwrap_or_else(|| reply(500, "nothing prepared"))
}

fn reply(status: u16, body: &str) -> Response {
    let body = Body::from(body.to_owned());
    Response::builder().status(status).body(body).unwrap()
}

fn refusal(status: u16, text: &str) -> Response {
    let body = api_types::ErrorBody::fault(status, text);
    reply(status, &serde_json::to_string(&body).unwrap())
}

fn range(min: &str, max: &str) -> Response {
    let mut response = refusal(406, "not this version");
    let headers = response.headers_mut();
    headers.insert(
        "x-openstack-ironic-api-minimum-version",
        min.parse().unwrap(),
    );
    headers.insert(
        "x-openstack-ironic-api-maximum-version",
        max.parse().unwrap(),
    );
    response
}

const UUID: &str = "11111111-2222-3333-4444-555555555555";

fn states(state: &str, target: Option<&str>, error: Option<&str>) -> Response {
    let document = serde_json::json!({
        "provision_state": state, "target_provision_state": target, "last_error": error, "power_state": "power on",
    });
    reply(200, &document.to_string())
}

#[tokio::test]
async fn a_locked_node_is_asked_again_and_a_busy_engine_too() {
    let fake = Fake::answering([
        refusal(409, "is locked by host x"),
        refusal(503, "no free worker"),
        reply(202, ""),
    ]);
    fake.client()
        .await
        .provision_verb("n", "manage")
        .await
        .unwrap();
    assert_eq!(fake.asked(), ["PUT /v1/nodes/n/states/provision"; 3]);
}

#[tokio::test]
async fn tries_are_bounded_and_the_reason_survives() {
    let fake = Fake::answering((0..9).map(|_| refusal(503, "no free worker")));
    let error = fake.client().await.node("n").await.unwrap_err();
    assert_eq!(error.to_string(), "no free worker");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(fake.asked().len(), 5);
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_at_once() {
    let fake = Fake::answering([refusal(409, "a node with that name exists")]);
    let node = NodeCreate {
        driver: "redfish".to_owned(),
        ..NodeCreate::default()
    };
    let error = fake.client().await.create_node(&node).await.unwrap_err();
    assert!(error.is_status(409));
    assert_eq!(fake.asked(), ["POST /v1/nodes"]);
}

#[tokio::test]
async fn other_refusals_are_final() {
    for status in [400, 401, 403, 404, 405, 413, 500] {
        let fake = Fake::answering([refusal(status, "no")]);
        let error = fake.client().await.node("n").await.unwrap_err();
        assert!(error.is_status(status), "{error:?}");
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_older_api_is_spoken_to_in_its_own_version() {
    let node = format!(r#"{{"uuid":"{UUID}","name":"n"}}"#);
    let fake = Fake::answering([range("1.1", "1.81"), reply(200, &node), reply(200, &node)]);
    let client = fake.client().await;
    assert_eq!(client.node("n").await.unwrap().name.as_deref(), Some("n"));
    client.node("n").await.unwrap();
    let versions: Vec<_> = (0..3)
        .map(|n| fake.header(n, "x-openstack-ironic-api-version"))
        .collect();
    assert_eq!(versions, ["1.115", "1.81", "1.81"]);
    assert_eq!(fake.header(1, "openstack-api-version"), "baremetal 1.81");
    assert_eq!(client.version().to_string(), "1.81");
}

#[tokio::test]
async fn without_a_common_version_nothing_is_guessed() {
    for (min, max) in [("1.116", "1.200"), ("2.1", "2.9"), ("x", "y")] {
        let fake = Fake::answering([range(min, max)]);
        let error = fake.client().await.node("n").await.unwrap_err();
        assert!(
            matches!(error, ClientError::NoCommonVersion { .. }),
            "{error:?}"
        );
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_406_that_is_not_about_the_range_is_a_refusal() {
    for answer in [range("1.1", "1.115"), refusal(406, "field is newer")] {
        let fake = Fake::answering([answer]);
        let error = fake.client().await.node("n").await.unwrap_err();
        assert!(error.is_status(406), "{error:?}");
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test]
async fn lists_follow_next_on_their_own_host() {
    let node = |name: &str| format!(r#"{{"uuid":"{UUID}","name":"{name}"}}"#);
    let page = |names: &[&str], next: &str| {
        let nodes: Vec<_> = names.iter().map(|it| node(it)).collect();
        reply(200, &format!(r#"{{"nodes":[{}]{next}}}"#, nodes.join(",")))
    };
    let next = format!(r#","next":"http://192.0.2.1:1/v1/nodes?limit=2&marker={UUID}""#);
    let fake = Fake::answering([page(&["a", "b"], &next), page(&["c"], "")]);
    let filter = NodeFilter {
        driver: Some("redfish".to_owned()),
        fields: vec!["uuid".to_owned(), "name".to_owned()],
        ..NodeFilter::default()
    };
    let nodes = fake.client().await.nodes(&filter).await.unwrap();
    let names: Vec<_> = nodes.iter().filter_map(|it| it.name.as_deref()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let first = "GET /v1/nodes?driver=redfish&fields=uuid%2Cname";
    assert_eq!(
        fake.asked(),
        [first.to_owned(), format!("{first}&marker={UUID}")]
    );
}

#[tokio::test]
async fn a_server_that_turns_in_circles_is_left() {
    let page = || {
        let body = format!(r#"{{"ports":[{{"uuid":"{UUID}"}}],"next":"/v1/ports?marker={UUID}"}}"#);
        reply(200, &body)
    };
    let fake = Fake::answering([page(), page(), page(), page()]);
    let ports = fake
        .client()
        .await
        .ports(&PortFilter::default())
        .await
        .unwrap();
    assert_eq!(ports.len(), 2);
}

#[tokio::test]
async fn a_limit_ends_the_list() {
    let page = |n: usize| {
        let ports = vec![format!(r#"{{"uuid":"{UUID}"}}"#); n].join(",");
        reply(
            200,
            &format!(r#"{{"ports":[{ports}],"next":"/v1/ports?marker=m{n}"}}"#),
        )
    };
    let fake = Fake::answering([page(2), page(3)]);
    let filter = PortFilter {
        limit: Some(5),
        ..PortFilter::default()
    };
    assert_eq!(fake.client().await.ports(&filter).await.unwrap().len(), 5);
    assert_eq!(
        fake.asked(),
        ["GET /v1/ports?limit=5", "GET /v1/ports?limit=3&marker=m2"]
    );
}

#[tokio::test]
async fn names_cannot_leave_their_place_in_the_path() {
    let fake = Fake::answering([reply(204, ""), reply(204, "")]);
    let client = fake.client().await;
    client.delete_node("../ports/x?y#z").await.unwrap();
    client.delete_port("a b").await.unwrap();
    assert_eq!(
        fake.asked(),
        [
            "DELETE /v1/nodes/..%2Fports%2Fx%3Fy%23z",
            "DELETE /v1/ports/a%20b"
        ]
    );
}

#[tokio::test]
async fn the_account_goes_with_every_request_and_into_no_message() {
    let fake = Fake::answering([reply(
        401,
        r#"{"error":{"message":"Authorization required","code":401}}"#,
    )]);
    let mut connection = fake.serve().await;
    connection.account = Some(Account {
        username: "me".to_owned(),
        password: "pa55".to_owned(),
    });
    let error = Client::new(&connection)
        .unwrap()
        .drivers()
        .await
        .unwrap_err();
    assert_eq!(fake.header(0, "authorization"), "Basic bWU6cGE1NQ==");
    assert_eq!(error.to_string(), "Authorization required");
    assert!(!format!("{error:?}").contains("pa55"));
}

#[tokio::test]
async fn nobody_there_is_told_apart() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut connection = Connection::to(format!("http://me:pa55@{address}"));
    connection.retry.tries = 1;
    let error = Client::new(&connection)
        .unwrap()
        .node("n")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(!format!("{error:?} {error}").contains("pa55"), "{error:?}");
}

#[tokio::test]
async fn nonsense_is_an_error_and_not_a_panic() {
    for body in [
        "",
        "7",
        "{\"uuid\":5}",
        "<html>",
        "{\"uuid\":\"x\",\"nodes\":{}}",
    ] {
        let fake = Fake::answering([reply(200, body), reply(200, body)]);
        let client = fake.client().await;
        let error = client.node("n").await.unwrap_err();
        assert!(
            matches!(error, ClientError::Answer { .. }),
            "{body}: {error:?}"
        );
        assert!(
            client.nodes(&NodeFilter::default()).await.is_err(),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_port_is_sent_without_what_was_not_said() {
    let fake = Fake::answering([reply(
        201,
        &format!(r#"{{"uuid":"{UUID}","address":"52:54:00:00:00:01"}}"#),
    )]);
    let port = PortCreate {
        address: "52:54:00:00:00:01".to_owned(),
        node_ident: Some("n".to_owned()),
        ..PortCreate::default()
    };
    let made = fake.client().await.create_port(&port).await.unwrap();
    assert_eq!(made.uuid.to_string(), UUID);
    let sent = r#"{"address":"52:54:00:00:00:01","node_ident":"n"}"#;
    assert_eq!(fake.header(0, "content-length"), sent.len().to_string());
}

fn event(cursor: &str, kind: &str) -> String {
    let event = format!(
        r#"{{"cursor":"{cursor}","at":"2026-01-01T00:00:00.000+00:00","node":"{UUID}","name":"n",{kind}}}"#
    );
    format!("id: {cursor}\ndata: {event}\n\n")
}

fn changed(cursor: &str, state: &str) -> String {
    let kind = format!(
        r#""kind":"node_changed","from":"x","provision_state":"{state}","target_provision_state":null,"power_state":null,"stage":null,"last_error":null"#
    );
    event(cursor, &kind)
}

#[tokio::test]
async fn a_broken_stream_goes_on_where_it_broke() {
    let start = "event: start\ndata: {\"cursor\":\"c0\"}\n\n";
    let fake = Fake::answering([
        reply(200, &format!("{start}{}", changed("c1", "inspecting"))),
        reply(502, "gateway"),
        reply(
            200,
            &format!(
                ": alive\n\n{}",
                event("c2", r#""kind":"something_new","x":1"#)
            ),
        ),
        reply(410, "gone"),
        reply(200, &format!("{start}{}", changed("c9", "active"))),
    ]);
    let mut stream = fake.client().await.events(Some("n"));
    let mut items = Vec::new();
    for _ in 0..5 {
        items.push(match stream.next().await.unwrap() {
            StreamItem::Fresh => "fresh".to_owned(),
            StreamItem::Event(event) => format!("{} {}", event.cursor, event.kind.name()),
        });
    }
    assert_eq!(
        items,
        [
            "fresh",
            "c1 node_changed",
            "c2 unknown",
            "fresh",
            "c9 node_changed"
        ]
    );
    assert_eq!(stream.cursor(), Some("c9"));
    let path = "GET /hammerscale/v1/events";
    let expected = [
        path.to_owned(),
        format!("{path}?after=c1"),
        format!("{path}?after=c1"),
        format!("{path}?after=c2"),
        path.to_owned(),
    ];
    assert_eq!(fake.asked(), expected);
}

#[tokio::test]
async fn an_engine_without_a_stream_is_told() {
    let fake = Fake::answering([refusal(404, "no such path")]);
    let error = fake.client().await.events(None).next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_stream_that_ends_at_once_for_ever_is_given_up() {
    let fake = Fake::answering((0..20).map(|_| reply(200, "")));
    let mut stream = fake.client().await.events(None);
    assert_eq!(stream.next().await.unwrap(), StreamItem::Fresh);
    // Each end is followed by another beginning without a place to go on from; after the answers ran out, by an error.
    let mut begun = 1;
    while let Ok(StreamItem::Fresh) = stream.next().await {
        begun += 1;
    }
    assert!(begun <= 20, "{begun}");
}

fn impatient() -> WaitOptions {
    WaitOptions {
        timeout: None,
        poll: Duration::ZERO,
        poll_beside_stream: Duration::from_secs(600),
        patience: Duration::ZERO,
    }
}

/// An API whose node goes through these states, one a look, and which has a stream or none.
async fn wait(
    answers: Vec<Response>,
    goal: &str,
) -> (Result<api_types::States, ClientError>, Fake) {
    let fake = Fake::answering(answers);
    let goal = Goal::Provision(goal.to_owned());
    let client = fake.client().await;
    let result = client.wait_for("n", &goal, &impatient(), |_| {}).await;
    (result, fake)
}

#[tokio::test]
async fn a_wait_without_a_stream_polls() {
    let (result, fake) = wait(
        vec![
            states("verifying", Some("manageable"), None),
            refusal(404, "no stream here"),
            states("verifying", Some("manageable"), None),
            states("manageable", None, None),
        ],
        "manageable",
    )
    .await;
    assert_eq!(
        result.unwrap().provision_state.as_deref(),
        Some("manageable")
    );
    assert_eq!(fake.asked()[1], "GET /hammerscale/v1/events");
}

#[tokio::test]
async fn a_wait_looks_again_when_the_stream_begins_and_at_each_change() {
    let stream = format!(
        "event: start\ndata: {{\"cursor\":\"c0\"}}\n\n{}",
        changed("c1", "active")
    );
    let (result, fake) = wait(
        vec![
            states("deploying", Some("active"), None),
            reply(200, &stream),
            states("deploying", Some("active"), None),
            states("active", None, None),
        ],
        "active",
    )
    .await;
    assert_eq!(result.unwrap().provision_state.as_deref(), Some("active"));
    let looks = fake
        .asked()
        .iter()
        .filter(|it| it.ends_with("/states"))
        .count();
    assert_eq!(looks, 3);
}

#[tokio::test]
async fn a_node_that_went_elsewhere_ends_the_wait_with_its_error() {
    for (state, target) in [
        ("clean failed", Some("available")),
        ("enroll", None),
        ("error", None),
    ] {
        let (result, _) = wait(
            vec![states(state, target, Some("BMC says no"))],
            "available",
        )
        .await;
        let error = result.unwrap_err().to_string();
        assert_eq!(
            error,
            format!("n is '{state}' instead of 'available': BMC says no")
        );
    }
}

#[tokio::test]
async fn time_runs_out() {
    let fake = Fake::answering([states("deploying", Some("active"), None)]);
    let options = WaitOptions {
        timeout: Some(Duration::ZERO),
        ..impatient()
    };
    let goal = Goal::Provision("active".to_owned());
    let client = fake.client().await;
    let error = client
        .wait_for("n", &goal, &options, |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[tokio::test]
async fn a_power_state_is_reached_only_when_no_change_is_under_way() {
    let power = |target: Option<&str>| {
        let document = serde_json::json!({"power_state": "power on", "target_power_state": target});
        reply(200, &document.to_string())
    };
    let fake = Fake::answering([
        power(Some("power on")),
        refusal(404, "no stream"),
        power(None),
    ]);
    let goal = Goal::Power("power on".to_owned());
    let client = fake.client().await;
    client
        .wait_for("n", &goal, &impatient(), |_| {})
        .await
        .unwrap();
    assert_eq!(fake.asked().len(), 3);
}

#[tokio::test]
async fn status_codes_of_success_need_no_body() {
    let fake = Fake::answering([reply(StatusCode::NO_CONTENT.as_u16(), "")]);
    fake.client()
        .await
        .set_boot_device("n", "pxe", true)
        .await
        .unwrap();
    assert_eq!(fake.asked(), ["PUT /v1/nodes/n/management/boot_device"]);
}

#[tokio::test]
async fn a_wait_outlives_a_restart_of_the_engine() {
    let fake = Fake::answering([
        states("deploying", Some("active"), None),
        refusal(404, "no stream"),
        reply(502, "restarting"),
        states("active", None, None),
    ]);
    let options = WaitOptions {
        patience: Duration::from_secs(600),
        ..impatient()
    };
    let goal = Goal::Provision("active".to_owned());
    let client = fake.client().await;
    client.wait_for("n", &goal, &options, |_| {}).await.unwrap();
    assert_eq!(fake.asked().len(), 4);
}

#[tokio::test]
async fn a_slow_reader_is_told_and_begins_anew() {
    let start = "event: start\ndata: {\"cursor\":\"c0\"}\n\n";
    let fake = Fake::answering([
        reply(200, &format!("{start}event: expired\ndata: {{}}\n\n")),
        reply(200, &format!("{start}{}", changed("c1", "active"))),
    ]);
    let mut stream = fake.client().await.events(None);
    assert_eq!(stream.next().await.unwrap(), StreamItem::Fresh);
    assert_eq!(stream.next().await.unwrap(), StreamItem::Fresh);
    assert!(matches!(stream.next().await.unwrap(), StreamItem::Event(_)));
    assert_eq!(fake.asked(), ["GET /hammerscale/v1/events"; 2]);
}

#[tokio::test]
async fn a_stream_of_one_node_leaves_out_the_others() {
    let other = changed("c1", "active")
        .replace("\"n\"", "\"other\"")
        .replace(UUID, &UUID.replace('1', "9"));
    let alarm =
        event("c2", r#""kind":"alarm","message":"x""#).replace(&format!("\"{UUID}\""), "null");
    let stream = format!("{other}{alarm}{}", changed("c3", "active"));
    for wanted in ["n", UUID] {
        let fake = Fake::answering([reply(200, &stream)]);
        let mut events = fake.client().await.events(Some(wanted));
        let mut cursors = Vec::new();
        while cursors.len() < 2 {
            if let StreamItem::Event(event) = events.next().await.unwrap() {
                cursors.push(event.cursor);
            }
        }
        assert_eq!(cursors, ["c2", "c3"]);
    }
}
