//! The history tells who asked, where the node was going and for how long it had been there, also of what ends long after the request.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use model::{Asker, HistoryEntry, ProvisionState as State, Severity, Verb};
use ports::asker::on_behalf;
use ports::engine::{Engine, ProvisionRequest};
use support::{Place, free_node};
use uuid::Uuid;

fn amelia() -> Asker {
    Asker {
        user: "amelia".to_owned(),
        project: Some("p1".to_owned()),
    }
}

async fn until(place: &Place, node: Uuid, state: State) -> Vec<HistoryEntry> {
    while place
        .store
        .node(node)
        .await
        .unwrap()
        .unwrap()
        .provision_state
        != state
    {
        tokio::task::yield_now().await;
    }
    place.store.history(node, 100).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asked_stands_at_the_end_of_it() {
    let place = Place::new().await;
    let engine = place.conductor();
    engine.start().await.unwrap();
    let node = free_node(&engine, "one", |node| node.provision_state = State::Enroll).await;
    let manage = engine.provision(node, ProvisionRequest::new(Verb::Manage));
    on_behalf(Some(amelia()), manage).await.unwrap();
    let lines = until(&place, node, State::Manageable).await;
    let last = lines.last().unwrap();
    assert_eq!((last.from, last.to), (State::Verifying, State::Manageable));
    assert_eq!(last.circumstances.asker, Some(amelia()));
    assert_eq!(last.circumstances.target, Some(State::Manageable));
    assert!(last.circumstances.seconds.is_some());
    assert_eq!(last.circumstances.conductor.as_deref(), Some("judge"));
    assert_eq!(lines[0].circumstances.asker, None);

    // What nobody named asks for is nobody's, also after somebody's.
    engine
        .provision(node, ProvisionRequest::new(Verb::Provide))
        .await
        .unwrap();
    let lines = until(&place, node, State::Available).await;
    let last = lines.last().unwrap();
    assert_eq!(
        (last.to, &last.circumstances.asker),
        (State::Available, &None)
    );
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_tells_the_state_it_happened_in() {
    let place = Place::new().await;
    let engine = place.conductor();
    engine.start().await.unwrap();
    let node = free_node(&engine, "one", |node| {
        node.driver = "fake-hardware".to_owned();
        node.provision_state = State::Manageable;
    })
    .await;
    let mut clean = ProvisionRequest::new(Verb::Clean);
    clean.steps = vec![model::Step {
        interface: "deploy".to_owned(),
        step: "no_such_step".to_owned(),
        ..model::Step::default()
    }];
    on_behalf(Some(amelia()), engine.provision(node, clean))
        .await
        .unwrap();
    let lines = until(&place, node, State::CleanFailed).await;
    let failure = lines.iter().find(|line| line.severity == Severity::Error);
    let failure = failure.unwrap();
    assert_eq!(failure.from, State::Cleaning);
    assert_eq!(failure.circumstances.target, Some(State::Manageable));
    assert_eq!(failure.circumstances.asker, Some(amelia()));
    let stored = place.store.node(node).await.unwrap().unwrap();
    assert_eq!(failure.detail, stored.last_error);
    engine.stop().await;
}
