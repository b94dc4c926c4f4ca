//! A client may go away at any moment of its request: what was stored by then has its consequences, and a node is never left without anybody
//! who works on it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use model::{ProvisionState as State, Verb};
use ports::engine::{Engine, ProvisionRequest};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;
use support::{Place, free_node};
use uuid::Uuid;

/// So long nobody works on a node that goes on.
const STUCK: Duration = Duration::from_secs(60);

/// Gives up a work that is not done after so many looks at it.
async fn abandoned_after<T>(looks: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = Box::pin(work);
    let mut left = looks;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn state(place: &Place, node: Uuid) -> State {
    let node = place.store.node(node).await.unwrap();
    node.unwrap().provision_state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verb_whose_client_went_away_is_not_left_half_begun() {
    let place = Place::new().await;
    let engine = place.conductor();
    engine.start().await.unwrap();
    for looks in 0.. {
        let name = format!("node-{looks}");
        let node = free_node(&engine, &name, |node| node.provision_state = State::Enroll).await;
        let manage = || engine.provision(node, ProvisionRequest::new(Verb::Manage));
        let done = abandoned_after(looks, manage()).await;
        let goes_on = async {
            loop {
                match state(&place, node).await {
                    State::Manageable => return,
                    // Nothing was stored yet, or will be in a moment: refused then.
                    State::Enroll => drop(manage().await),
                    _ => tokio::task::yield_now().await,
                }
            }
        };
        let went_on = tokio::time::timeout(STUCK, goes_on).await;
        assert!(went_on.is_ok(), "stuck when given up after {looks} looks");
        if done.is_some() {
            assert!(looks > 0, "the request was never given up");
            break;
        }
    }
    engine.stop().await;
}
