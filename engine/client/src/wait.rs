//! Waiting for a node to reach a state: driven by the event stream, correct without it.

use crate::error::ClientError;
use crate::events::{EventStream, StreamItem};
use crate::transport::Client;
use api_types::{Event, EventKind, States};
use std::time::Duration;
use tokio::time::Instant;

/// What is waited for.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// This provision state.
    Provision(String),
    /// This power state, with no change under way.
    Power(String),
}

/// How to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitOptions {
    /// For how long at most; none: for ever.
    pub timeout: Option<Duration>,
    /// How often the node is read when there is no event stream.
    pub poll: Duration,
    /// How often it is read although there is one, in case an event was lost.
    pub poll_beside_stream: Duration,
    /// For how long an engine may be away.
    pub patience: Duration,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            timeout: None,
            poll: Duration::from_secs(2),
            poll_beside_stream: Duration::from_secs(15),
            patience: Duration::from_secs(120),
        }
    }
}

/// What a look at the node says.
enum Verdict {
    Reached,
    Going,
    Lost,
}

impl Client {
    /// Waits until the node reached the goal. `seen` is told every event of the node on the way.
    ///
    /// # Errors
    /// `WentElsewhere` when the node cannot reach the goal any more, `StillWaiting` at the end of the time, and those of requests.
    pub async fn wait_for(
        &self,
        node: &str,
        goal: &Goal,
        options: &WaitOptions,
        mut seen: impl FnMut(&Event),
    ) -> Result<States, ClientError> {
        let begun = Instant::now();
        let mut stream = Some(self.events(Some(node)));
        loop {
            // The beginning of the stream counts as a change: the node is read after it, so that nothing falls between the two.
            let states = self.look(node, options).await?;
            match judge(goal, &states) {
                Verdict::Reached => return Ok(states),
                Verdict::Lost => return Err(went_elsewhere(node, goal, states)),
                Verdict::Going => {}
            }
            let left = options.timeout.map(|it| it.saturating_sub(begun.elapsed()));
            if left == Some(Duration::ZERO) {
                return Err(still_waiting(node, goal, &states, begun.elapsed()));
            }
            let left = left.unwrap_or(Duration::MAX);
            next_change(&mut stream, options, left, &mut seen).await;
        }
    }

    /// Reads the states. An engine that is away is waited for: a machine goes on by itself, and so does a restarted engine.
    async fn look(&self, node: &str, options: &WaitOptions) -> Result<States, ClientError> {
        let begun = Instant::now();
        loop {
            match self.states(node).await {
                Err(error) if is_passing(&error) && begun.elapsed() < options.patience => {
                    tokio::time::sleep(options.poll).await;
                }
                result => return result,
            }
        }
    }
}

fn is_passing(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } | ClientError::Silent { .. } => true,
        ClientError::Refused { status, .. } => matches!(status, 502..=504),
        _ => false,
    }
}

/// Returns at the next change of the node, or when it is time to look without one. A stream that does not exist is given up.
async fn next_change(
    stream: &mut Option<EventStream>,
    options: &WaitOptions,
    left: Duration,
    seen: &mut impl FnMut(&Event),
) {
    let Some(open) = stream else {
        return tokio::time::sleep(options.poll.min(left)).await;
    };
    let pause = options.poll_beside_stream.min(left);
    let result = tokio::time::timeout(pause, follow_to_change(open, seen)).await;
    match result {
        Ok(Err(error)) if is_passing(&error) => {
            tokio::time::sleep(options.poll.min(left)).await;
        }
        Ok(Err(_)) => *stream = None,
        Ok(Ok(())) | Err(_) => {}
    }
}

/// Follows the stream to the next change, and takes along what has already come behind it.
async fn follow_to_change(
    stream: &mut EventStream,
    seen: &mut impl FnMut(&Event),
) -> Result<(), ClientError> {
    let mut changed = false;
    while !changed {
        let first = stream.next().await?;
        for item in std::iter::once(first).chain(stream.take_ready()) {
            changed |= match item {
                StreamItem::Fresh => true,
                StreamItem::Event(event) => {
                    seen(&event);
                    !matches!(event.kind, EventKind::Progress { .. })
                }
            };
        }
    }
    Ok(())
}

fn judge(goal: &Goal, states: &States) -> Verdict {
    match goal {
        Goal::Provision(wanted) => judge_provision(wanted, states),
        Goal::Power(wanted) => judge_power(wanted, states),
    }
}

/// A node that goes nowhere will not arrive; Ironic keeps the target in failed states, so those are told by their names.
fn judge_provision(wanted: &str, states: &States) -> Verdict {
    let state = states.provision_state.as_deref().unwrap_or("available");
    let target = states.target_provision_state.as_deref().unwrap_or_default();
    if state == wanted {
        return Verdict::Reached;
    }
    if target.is_empty() || state == "error" || state.ends_with(" failed") {
        return Verdict::Lost;
    }
    Verdict::Going
}

fn judge_power(wanted: &str, states: &States) -> Verdict {
    let changing = states
        .target_power_state
        .as_ref()
        .is_some_and(|it| !it.is_empty());
    match states.power_state.as_deref() == Some(wanted) {
        _ if changing => Verdict::Going,
        true => Verdict::Reached,
        false if states.last_error.is_some() => Verdict::Lost,
        false => Verdict::Going,
    }
}

impl Goal {
    fn wanted(&self) -> &str {
        let (Goal::Provision(wanted) | Goal::Power(wanted)) = self;
        wanted
    }

    fn state_of(&self, states: &States) -> String {
        let state = match self {
            Goal::Provision(_) => &states.provision_state,
            Goal::Power(_) => &states.power_state,
        };
        state.clone().unwrap_or_else(|| "unknown".to_owned())
    }
}

fn went_elsewhere(node: &str, goal: &Goal, states: States) -> ClientError {
    ClientError::WentElsewhere {
        node: node.to_owned(),
        state: goal.state_of(&states),
        wanted: goal.wanted().to_owned(),
        last_error: states.last_error,
    }
}

fn still_waiting(node: &str, goal: &Goal, states: &States, after: Duration) -> ClientError {
    ClientError::StillWaiting {
        node: node.to_owned(),
        state: goal.state_of(states),
        wanted: goal.wanted().to_owned(),
        after,
    }
}
