//! The sequencer: gives events their cursor after commit and keeps the newest for followers who come late. In memory only: a cursor of
//! an earlier run is expired, and its follower lists again.

use model::{Node, Timestamp};
use ports::engine::{CursorExpired, Subscription};
use ports::event::{Cursor, Event, EventKind};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use tokio::sync::broadcast;
use uuid::Uuid;

const KEPT: usize = 4096;

pub(crate) struct Stream {
    run: String,
    state: Mutex<State>,
    live: broadcast::Sender<Event>,
}

struct State {
    last: u64,
    kept: VecDeque<(u64, Event)>,
}

impl Stream {
    /// `run` names this run of the daemon: cursors of other runs do not match it.
    pub fn new(run: String) -> Self {
        Self {
            run,
            state: Mutex::new(State {
                last: 0,
                kept: VecDeque::with_capacity(KEPT),
            }),
            live: broadcast::channel(KEPT).0,
        }
    }

    pub fn publish(&self, at: Timestamp, node: Option<&Node>, kind: EventKind) {
        self.publish_for(at, node.map(|n| (n.uuid, n.name.clone())), kind);
    }

    pub fn publish_for(
        &self,
        at: Timestamp,
        node: Option<(Uuid, Option<String>)>,
        kind: EventKind,
    ) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last += 1;
        let number = state.last;
        let (node, name) = node.map_or((None, None), |(uuid, name)| (Some(uuid), name));
        let event = Event {
            cursor: self.cursor(number),
            at,
            node,
            name,
            kind,
        };
        if state.kept.len() == KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back((number, event.clone()));
        // Sent under the lock so that followers see the order of cursors. Without followers this fails, and that is fine.
        let _ = self.live.send(event);
    }

    pub fn subscribe(&self, after: Option<Cursor>) -> Result<Subscription, CursorExpired> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let from = match after {
            None => state.last,
            Some(cursor) => self.number(&cursor).ok_or(CursorExpired)?,
        };
        let oldest = state
            .kept
            .front()
            .map_or(state.last + 1, |(number, _)| *number);
        if from > state.last || from + 1 < oldest {
            return Err(CursorExpired);
        }
        let backlog = state
            .kept
            .iter()
            .filter(|(number, _)| *number > from)
            .map(|(_, event)| event.clone())
            .collect();
        Ok(Subscription {
            backlog,
            cursor: self.cursor(state.last),
            live: self.live.subscribe(),
        })
    }

    fn cursor(&self, number: u64) -> Cursor {
        Cursor(format!("{}-{number}", self.run))
    }

    fn number(&self, cursor: &Cursor) -> Option<u64> {
        let (run, number) = cursor.0.rsplit_once('-')?;
        (run == self.run).then(|| number.parse().ok())?
    }
}

/// What followers are told of a node's change.
pub(crate) fn changed(before: &Node, after: &Node) -> EventKind {
    let stage = [&after.flow, &after.errand]
        .into_iter()
        .flatten()
        .find_map(|flow| flow.stage())
        .map(model::Stage::label);
    EventKind::NodeChanged {
        from: before.provision_state,
        provision_state: after.provision_state,
        target_provision_state: after.target_provision_state,
        power_state: after.power_state.map(|state| state.to_string()),
        stage,
        last_error: after.last_error.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn late_followers_get_what_they_missed_and_strangers_are_told_to_list_again() {
        let stream = Stream::new("a1".into());
        let now = Timestamp::default();
        let start = stream.subscribe(None).unwrap().cursor;
        stream.publish(now, None, EventKind::NodeDeleted);
        stream.publish(now, None, EventKind::NodeCreated);
        assert_eq!(stream.subscribe(Some(start)).unwrap().backlog.len(), 2);
        assert!(stream.subscribe(Some(Cursor("b2-1".into()))).is_err());
        assert!(stream.subscribe(Some(Cursor("a1-99".into()))).is_err());
        assert!(stream.subscribe(Some(Cursor("nonsense".into()))).is_err());
    }

    #[test]
    fn a_cursor_older_than_what_is_kept_has_expired() {
        let stream = Stream::new("a1".into());
        let start = stream.subscribe(None).unwrap().cursor;
        for _ in 0..=KEPT {
            stream.publish(Timestamp::default(), None, EventKind::NodeDeleted);
        }
        assert!(stream.subscribe(Some(start)).is_err());
    }
}
