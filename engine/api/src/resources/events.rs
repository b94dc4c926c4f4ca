//! `GET /hammerscale/v1/events`: the event stream as server-sent events. `?after=` or `Last-Event-ID` says where to go on; 410 when
//! that is too long ago. Whoever follows it is also correct without it, only slower.

use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::ApiError;
use api_types::{Event, EventKind, StreamStart};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use ports::engine::Subscription;
use ports::event::Cursor;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

/// A comment goes out when nothing else did for so long.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

type Message = Result<sse::Event, Infallible>;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get(
        "/hammerscale/v1/events",
        follow,
        "Follow the events of the fleet",
    )]
}

async fn follow(call: Call) -> Result<Response, ApiError> {
    let slot = Arc::clone(&call.app.followers).try_acquire_owned();
    let slot = slot.map_err(|_| {
        ApiError::unavailable("Too many clients follow the events already; ask again later.")
    })?;
    let after = call.parameter("after").or(call.header("last-event-id"));
    let after = after.map(|text| Cursor(text.to_owned()));
    let subscription = call.app.engine.subscribe(after);
    let subscription = subscription.map_err(|expired| ApiError::gone(format!("{expired}.")))?;
    let closing = call.app.config.closing.clone();
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE).text("still here");
    let stream = messages(subscription)
        .take_until(closed(closing))
        .map(move |message| {
            // The slot is given back when the stream is dropped.
            let _held = &slot;
            message
        });
    Ok(Sse::new(stream).keep_alive(keep_alive).into_response())
}

/// Returns when the daemon stops; never, when nobody tells.
async fn closed(closing: Option<watch::Receiver<bool>>) {
    match closing {
        Some(mut closing) => {
            // The sender is gone only when the daemon is: the same thing.
            let _ = closing.wait_for(|closing| *closing).await;
        }
        None => std::future::pending().await,
    }
}

fn messages(subscription: Subscription) -> impl Stream<Item = Message> {
    let Subscription {
        backlog,
        cursor,
        live,
    } = subscription;
    let start = StreamStart { cursor: cursor.0 };
    let start = sse::Event::default()
        .event("start")
        .data(serde_json::to_string(&start).unwrap_or_default());
    stream::once(async move { Ok(start) })
        .chain(stream::iter(
            backlog.into_iter().map(|event| Ok(message(event))),
        ))
        .chain(followed(live))
}

fn followed(live: broadcast::Receiver<ports::event::Event>) -> impl Stream<Item = Message> {
    stream::unfold(Some(live), |live| async {
        let mut live = live?;
        match live.recv().await {
            Ok(event) => Some((Ok(message(event)), Some(live))),
            // Who reads too slowly is told so, and lists again.
            Err(RecvError::Lagged(_)) => {
                Some((Ok(sse::Event::default().event("expired").data("{}")), None))
            }
            Err(RecvError::Closed) => None,
        }
    })
}

fn message(event: ports::event::Event) -> sse::Event {
    let event = document(event);
    let text = serde_json::to_string(&event).unwrap_or_default();
    sse::Event::default()
        .id(event.cursor.replace(['\r', '\n', '\0'], ""))
        .event(event.kind.name())
        .data(text)
}

fn document(event: ports::event::Event) -> Event {
    Event {
        cursor: event.cursor.0,
        at: event.at,
        node: event.node,
        name: event.name,
        kind: kind(event.kind),
    }
}

fn kind(kind: ports::event::EventKind) -> EventKind {
    use ports::event::EventKind as Known;
    match kind {
        Known::NodeCreated => EventKind::NodeCreated,
        Known::NodeDeleted => EventKind::NodeDeleted,
        Known::Alarm { message } => EventKind::Alarm { message },
        Known::Progress {
            step,
            phase,
            done_bytes,
            total_bytes,
            rate_bytes_per_second,
        } => EventKind::Progress {
            step,
            phase,
            done_bytes,
            total_bytes,
            rate_bytes_per_second,
        },
        Known::NodeChanged {
            from,
            provision_state,
            target_provision_state,
            power_state,
            stage,
            last_error,
        } => EventKind::NodeChanged {
            from: from.as_str().to_owned(),
            provision_state: provision_state.as_str().to_owned(),
            target_provision_state: target_provision_state.map(|s| s.as_str().to_owned()),
            power_state,
            stage,
            last_error,
        },
    }
}
