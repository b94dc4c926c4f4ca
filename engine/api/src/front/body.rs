//! Reading a body within its bounds: bytes while it arrives, and how many large ones are held at a time. A large one becomes JSON on a
//! thread of its own.

use super::json::{parse, too_deep};
use crate::app::{App, Room};
use crate::config::Limits;
use crate::error::ApiError;
use axum::body::Body;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

/// A body that is here.
pub(crate) struct Held {
    text: Text,
    /// Slots that it occupies while it is large.
    _slots: Vec<OwnedSemaphorePermit>,
}

enum Text {
    /// As it came: small.
    Plain(Bytes),
    /// Read already; none once it was taken.
    Read(Mutex<Option<Outcome>>),
}

type Outcome = Result<Option<Value>, ApiError>;

impl Held {
    /// The body as JSON; none when it is empty. A large one can be taken once.
    ///
    /// # Errors
    /// 400: see [`parse`].
    pub fn json(&self, app: &App) -> Outcome {
        match &self.text {
            Text::Plain(bytes) => parse(bytes, &app.config.limits),
            Text::Read(outcome) => {
                let taken = outcome
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                taken.unwrap_or_else(|| Err(ApiError::failed("The body was read twice.")))
            }
        }
    }

    /// Looks at the body, and leaves it to be taken; none when it is empty.
    ///
    /// # Errors
    /// As for [`Self::json`].
    pub fn look_at<T>(
        &self,
        app: &App,
        look: impl FnOnce(&Value) -> T,
    ) -> Result<Option<T>, ApiError> {
        let outcome = self.json(app);
        let seen = outcome.as_ref().ok().and_then(Option::as_ref).map(look);
        match &self.text {
            Text::Plain(_) => outcome.map(|_| seen),
            Text::Read(kept) => {
                // Whoever takes it comes to know what is wrong with it.
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                Ok(seen)
            }
        }
    }
}

/// Beyond its grace a body must bring so many bytes a second.
const SLOWEST: u64 = 128 << 10;

/// The bytes of a body, and its slot unless it is small.
pub(crate) type Arrived = (Bytes, Option<OwnedSemaphorePermit>);

/// A body of at most `most` bytes; one that is not small takes a slot of the room.
pub(crate) async fn arrived(
    room: &Room,
    app: &App,
    most: usize,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<Arrived, ApiError> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    let announced = announced.and_then(|text| text.parse::<u64>().ok());
    let length = usize::try_from(announced.unwrap_or(0)).unwrap_or(usize::MAX);
    let arrived = match length > most {
        true => Err(too_large(most)),
        false => arrive(room, app.config.limits, most, length, &mut body).await,
    };
    if arrived.is_err() {
        pass_over(&mut body, PASSED_OVER).await;
    }
    arrived
}

/// Which slot a body needs while it arrives, by its size as far as that is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Size {
    Small,
    Middle,
    Large,
}

impl Size {
    fn of(bytes: usize, limits: &Limits) -> Self {
        match bytes {
            _ if bytes > limits.body => Self::Large,
            _ if bytes > limits.plain_body => Self::Middle,
            _ => Self::Small,
        }
    }

    async fn slot(
        self,
        room: &Room,
        patience: Duration,
    ) -> Result<Option<OwnedSemaphorePermit>, ApiError> {
        match self {
            Self::Small => Ok(None),
            Self::Middle => take(&room.middle, patience).await.map(Some),
            Self::Large => take(&room.large, patience).await.map(Some),
        }
    }
}

/// Takes a body in, and a slot for it once it is known not to be small.
async fn arrive(
    room: &Room,
    limits: Limits,
    most: usize,
    announced: usize,
    body: &mut Body,
) -> Result<Arrived, ApiError> {
    let mut begun = Instant::now();
    let (mut size, mut slot) = (Size::Small, None);
    let mut all = Vec::new();
    loop {
        let now = Size::of(all.len().max(announced), &limits);
        if now > size {
            let asked = Instant::now();
            (size, slot) = (now, now.slot(room, limits.patience).await?);
            // The wait for a slot is not the client's.
            begun += asked.elapsed();
            all.reserve_exact(announced.saturating_sub(all.len()));
        }
        let earned = Duration::from_secs(all.len() as u64 / SLOWEST);
        let frame = timeout_at(begun + limits.grace + earned, body.frame()).await;
        let Some(frame) = frame.map_err(|_| too_slow())? else {
            return Ok((all.into(), slot));
        };
        let frame = frame.map_err(|_| ApiError::invalid("The body broke off."))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if all.len() + data.len() > most {
            return Err(too_large(most));
        }
        if all.is_empty() && body.is_end_stream() {
            return Ok((data, slot));
        }
        all.extend_from_slice(&data);
    }
}

/// Keeps a body for its handler; a large one is read at once.
///
/// # Errors
/// 400 for what is nested too deeply, 503 when too many are being read.
pub(crate) async fn hold(
    app: &App,
    method: &Method,
    (bytes, slot): Arrived,
) -> Result<Held, ApiError> {
    let limits = app.config.limits;
    if bytes.len() <= limits.plain_body || method == Method::GET {
        return match is_deeper(&bytes, limits.depth) {
            true => Err(too_deep(limits.depth)),
            false => Ok(Held {
                text: Text::Plain(bytes),
                _slots: slot.into_iter().collect(),
            }),
        };
    }
    let turn = take(&app.parsed_bodies, limits.patience).await?;
    let read = tokio::task::spawn_blocking(move || parse(&bytes, &limits)).await;
    let read = read.map_err(|_| ApiError::unavailable("The body was not read; ask again."))?;
    Ok(Held {
        text: Text::Read(Mutex::new(Some(read))),
        _slots: slot.into_iter().chain([turn]).collect(),
    })
}

async fn take(
    slots: &Arc<Semaphore>,
    patience: Duration,
) -> Result<OwnedSemaphorePermit, ApiError> {
    let slot = timeout(patience, Arc::clone(slots).acquire_owned()).await;
    let slot = slot.ok().and_then(Result::ok);
    slot.ok_or_else(|| {
        ApiError::unavailable("Too many large bodies are being worked on; ask again.")
    })
}

/// How much of a refused body is taken in and thrown away, and for how long.
const PASSED_OVER: usize = 64 << 20;
const PASSING: Duration = Duration::from_secs(10);

/// Takes in what a client still sends, so that it comes to read the answer: a connection closed upon it is an error to most clients, and
/// the answer is lost. Nothing is kept.
pub(crate) async fn pass_over(body: &mut Body, most: usize) {
    let rest = async {
        let mut left = most;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            left = match left.checked_sub(length) {
                Some(left) => left,
                None => return,
            };
        }
    };
    // Who takes longer is cut off.
    let _ = tokio::time::timeout(PASSING, rest).await;
}

fn too_large(most: usize) -> ApiError {
    ApiError::too_large(format!(
        "The body is too large; at most {most} bytes are accepted."
    ))
}

fn too_slow() -> ApiError {
    ApiError::timeout(format!(
        "The body arrives too slowly; after a while it must bring {SLOWEST} bytes a second."
    ))
}

/// Whether brackets outside of strings are nested deeper than `depth`. Knows no more of JSON than that.
pub(crate) fn is_deeper(bytes: &[u8], depth: usize) -> bool {
    let (mut open, mut in_text, mut escaped) = (0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => open += 1,
            b'}' | b']' if !in_text => open = open.saturating_sub(1),
            _ => {}
        }
        if open > depth {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn depth_counts_brackets_outside_of_texts() {
        let nested = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert!(!is_deeper(nested(25).as_bytes(), 25));
        assert!(is_deeper(nested(26).as_bytes(), 25));
        let text = format!("\"\\\"{}\"", "[".repeat(100));
        assert!(!is_deeper(text.as_bytes(), 25));
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            is_deeper(&bytes, 25);
        }

        #[test]
        fn serde_agrees_on_what_is_shallow(depth in 1usize..30) {
            let text = format!("{}{}", "{\"a\":".repeat(depth) + "1", "}".repeat(depth));
            prop_assert_eq!(is_deeper(text.as_bytes(), 25), depth > 25);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }
    }
}
