//! What lives under /hammerscale/v1: timeline, explanation, events; health and metrics; Ironic's history.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use model::{
    Action, Effect, EffectId, Flow, FlowKind, HistoryEntry, Phase, ProvisionState as State, Retry,
    Severity, Stage, Step, Timestamp, Wait, WaitFor,
};
use ports::event::{Cursor, Event, EventKind};
use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, send};
use tower::ServiceExt;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(support::NOW + second, 0).unwrap()
}

fn line(node: Uuid, number: u128, second: i64, stage: Option<&str>) -> HistoryEntry {
    HistoryEntry {
        uuid: Uuid::from_u128(100 + number),
        node,
        at: at(second),
        from: State::Deploying,
        to: State::DeployWait,
        event: "stage".to_owned(),
        stage: stage.map(str::to_owned),
        detail: None,
        severity: Severity::Info,
        circumstances: model::Circumstances::default(),
    }
}

fn waiting() -> Flow {
    let step = Step {
        interface: "deploy".to_owned(),
        step: "write_image".to_owned(),
        args: json!({"image_info": {"password": "hidden-canary"}})
            .as_object()
            .unwrap()
            .clone(),
        ..Step::default()
    };
    Flow {
        kind: FlowKind::Deploy,
        stages: vec![
            Stage::OpenBoot,
            Stage::AgentStep {
                phase: Phase::Deploy,
                step,
            },
            Stage::CloseBoot,
        ],
        cursor: 1,
        pending: None,
        wait: Some(Wait {
            on: WaitFor::Step,
            since: at(-60),
            deadline: at(240),
            silence_seconds: Some(300),
        }),
        tries: 1,
        boots: 1,
        started_at: at(-90),
        stage_started_at: at(-60),
        came_early: false,
        abort_requested: false,
        requested_steps: Vec::new(),
        asker: None,
        agent_steps_version: None,
    }
}

#[tokio::test]
async fn the_timeline_adds_up() {
    let fake = Fake::new();
    let node = fake.add_node("a", |node| node.flow = Some(waiting()));
    fake.world.lock().unwrap().history = vec![
        line(node, 1, -90, Some("power off")),
        line(node, 2, -80, Some("boot the agent")),
        line(node, 3, -30, Some("power off")),
    ];
    let router = fake.operator();
    let reply = ask(&router, "GET", "/hammerscale/v1/nodes/a/timeline", None).await;
    let timeline: api_types::Timeline = serde_json::from_value(reply.body).unwrap();
    let seconds: Vec<_> = timeline.entries.iter().map(|e| e.seconds).collect();
    assert_eq!(seconds, [Some(10.0), Some(50.0), Some(30.0)]);
    let totals: Vec<_> = timeline
        .stages
        .iter()
        .map(|t| (t.stage.as_str(), t.seconds))
        .collect();
    assert_eq!(totals, [("power off", 40.0), ("boot the agent", 50.0)]);
    assert_eq!(
        ask(&router, "GET", "/hammerscale/v1/nodes/none/timeline", None)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_wait_belongs_to_its_stage_and_rest_is_nobodys_time() {
    use model::ProvisionState::{Active, CleanWait, Cleaning, DeployWait, Deploying};
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let moved = |number, seconds, stage, from, to| {
        let mut line = line(node, number, seconds, stage);
        (line.from, line.to) = (from, to);
        line
    };
    fake.world.lock().unwrap().history = vec![
        moved(1, -90, Some("write"), Deploying, Deploying),
        moved(2, -80, None, Deploying, DeployWait),
        moved(3, -30, None, DeployWait, Deploying),
        moved(4, -29, None, Deploying, Active),
        moved(5, -9, Some("erase"), Cleaning, Cleaning),
        moved(6, -8, None, Cleaning, CleanWait),
        moved(7, -6, None, CleanWait, Active),
    ];
    let reply = ask(
        &fake.operator(),
        "GET",
        "/hammerscale/v1/nodes/a/timeline",
        None,
    )
    .await;
    let timeline: api_types::Timeline = serde_json::from_value(reply.body).unwrap();
    let totals: Vec<_> = timeline
        .stages
        .iter()
        .map(|t| (t.stage.as_str(), t.seconds))
        .collect();
    assert_eq!(totals, [("write", 61.0), ("erase", 3.0)]);
    assert_eq!(timeline.entries[3].seconds, None);
}

#[tokio::test]
async fn a_wait_is_explained() {
    let fake = Fake::new();
    fake.add_node("a", |node| {
        node.provision_state = State::DeployWait;
        node.flow = Some(waiting());
    });
    fake.add_node("b", |node| {
        node.provision_state = State::CleanFailed;
        node.last_error = Some("the disk is on fire".to_owned());
    });
    let router = fake.operator();
    let reply = ask(&router, "GET", "/hammerscale/v1/nodes/a/explain", None).await;
    assert!(!reply.text.contains("hidden-canary"));
    let explained: api_types::Explanation = serde_json::from_value(reply.body).unwrap();
    let activity = explained.activity.unwrap();
    assert_eq!((activity.stage_number, activity.stages), (2, 3));
    assert_eq!(activity.stage.as_deref(), Some("deploy.write_image"));
    let wait = activity.waiting.unwrap();
    assert_eq!(wait.deadline, at(240));
    assert!(wait.then.contains("deploy failed"));
    let reply = ask(&router, "GET", "/hammerscale/v1/nodes/b/explain", None).await;
    assert_eq!(reply.body["summary"], "clean failed: the disk is on fire");
    assert_eq!(reply.body["activity"], Value::Null);
}

#[tokio::test]
async fn what_is_tried_again_is_explained() {
    let fake = Fake::new();
    let node = fake.add_node("a", |node| {
        node.provision_state = State::Inspecting;
        node.flow = Some(Flow {
            kind: FlowKind::Inspect,
            stages: vec![Stage::ReadPower, Stage::AwaitInspection],
            cursor: 0,
            pending: Some(EffectId {
                node: node.uuid,
                number: 7,
            }),
            wait: None,
            ..waiting()
        });
    });
    let effect = |number, retry| Effect {
        id: EffectId { node, number },
        action: Action::ReadPower,
        attempt: 2,
        created_at: at(-10),
        retry,
    };
    let retry = |error: &str| Retry {
        attempt: 2,
        most_attempts: 5,
        error: error.to_owned(),
        failed_at: at(-1),
        next_at: at(1),
    };
    let other = effect(6, Some(retry("something else")));
    fake.world.lock().unwrap().effects =
        vec![other, effect(7, Some(retry("192.0.2.1 does not answer.")))];
    let router = fake.operator();
    let reply = ask(&router, "GET", "/hammerscale/v1/nodes/a/explain", None).await;
    let explained: api_types::Explanation = serde_json::from_value(reply.body).unwrap();
    let words = "Attempt 2 of 5 failed: 192.0.2.1 does not answer. The next one begins at";
    assert!(explained.summary.contains(words), "{}", explained.summary);
    let told = explained.activity.unwrap().retry.unwrap();
    assert_eq!((told.attempt, told.next_at), (2, at(1)));
    assert!(!told.under_way);
    assert_eq!(told.then, "the inspection fails (inspect failed)");
}

#[tokio::test]
async fn the_step_under_way_stands_in_ironics_fields() {
    let fake = Fake::new();
    fake.add_node("a", |node| {
        node.provision_state = State::DeployWait;
        node.flow = Some(waiting());
    });
    let reply = ask(&fake.operator(), "GET", "/v1/nodes/a", None).await;
    assert!(!reply.text.contains("hidden-canary"), "{}", reply.text);
    assert_eq!(reply.body["deploy_step"]["step"], "write_image");
    assert_eq!(reply.body["clean_step"], json!({}));
    assert_eq!(reply.body["driver_internal_info"]["deploy_step_index"], 0);
    // It waits for the machine: nobody holds it.
    assert_eq!(reply.body["reservation"], Value::Null);
}

#[tokio::test]
async fn work_shows_as_a_reservation() {
    let fake = Fake::new();
    fake.add_node("a", |node| node.provision_state = State::Deploying);
    let reply = ask(&fake.operator(), "GET", "/v1/nodes/a", None).await;
    assert_eq!(reply.body["reservation"], "hammerscale");
}

#[tokio::test]
async fn history_is_paged() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let lines = (0..5).map(|n| line(node, n, n as i64, None));
    fake.world.lock().unwrap().history = lines.collect();
    let router = fake.operator();
    let first = ask(&router, "GET", "/v1/nodes/a/history?limit=3", None).await;
    assert_eq!(first.body["history"].as_array().unwrap().len(), 3);
    assert!(first.body["history"][0].get("state").is_none());
    let next = first.body["next"].as_str().unwrap();
    let second = ask(
        &router,
        "GET",
        next.strip_prefix("http://engine:6385").unwrap(),
        None,
    )
    .await;
    assert_eq!(second.body["history"].as_array().unwrap().len(), 2);
    let one = format!("/v1/nodes/a/history/{}", Uuid::from_u128(102));
    let one = ask(&router, "GET", &one, None).await;
    assert_eq!(one.body["state"], "deploying");
}

#[tokio::test]
async fn the_stream_begins_with_its_cursor_and_goes_on() {
    let fake = Fake::new();
    let request = Request::get("/hammerscale/v1/events")
        .body(Body::empty())
        .unwrap();
    let response = fake.operator().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let start = stream.next().await.unwrap().unwrap();
    assert_eq!(&start[..], b"event: start\ndata: {\"cursor\":\"c0\"}\n\n");
    let event = Event {
        cursor: Cursor("c1".to_owned()),
        at: at(0),
        node: Some(Uuid::from_u128(1)),
        name: None,
        kind: EventKind::NodeCreated,
    };
    fake.events.send(event).unwrap();
    let text = stream.next().await.unwrap().unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let data = text
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap();
    let event: api_types::Event = serde_json::from_str(data).unwrap();
    assert_eq!(event.kind, api_types::EventKind::NodeCreated);
    assert!(
        text.contains("id: c1\n") && text.contains("event: node_created\n"),
        "{text}"
    );
}

#[tokio::test]
async fn who_reads_too_slowly_is_told() {
    let fake = Fake::new();
    let request = Request::get("/hammerscale/v1/events").header("last-event-id", "c0");
    let response = fake
        .operator()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    for number in 0..40 {
        let event = Event {
            cursor: Cursor(format!("c{number}")),
            at: at(0),
            node: None,
            name: None,
            kind: EventKind::Alarm {
                message: "a".to_owned(),
            },
        };
        fake.events.send(event).unwrap();
    }
    let all: Vec<_> = response.into_body().into_data_stream().collect().await;
    let last = all.last().unwrap().as_ref().unwrap();
    assert_eq!(&last[..], b"event: expired\ndata: {}\n\n");
}

#[tokio::test]
async fn an_old_cursor_is_gone() {
    let router = Fake::new().operator();
    let reply = ask(
        &router,
        "GET",
        "/hammerscale/v1/events?after=long-ago",
        None,
    )
    .await;
    assert_eq!(reply.status, 410);
    assert!(reply.error().contains("list the nodes again"));
}

#[tokio::test]
async fn health_and_metrics_answer() {
    let router = Fake::new().operator();
    assert_eq!(
        ask(&router, "GET", "/healthz", None).await.body,
        json!({"status": "ok"})
    );
    let page = send(
        &router,
        Request::get("/metrics").body(Body::empty()).unwrap(),
    )
    .await;
    assert_eq!(page.text, "up 1\n");
}
