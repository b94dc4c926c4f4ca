//! Reading a body within its bounds: bytes while it arrives, nesting before it is parsed.

use crate::app::App;
use crate::error::ApiError;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// A body of at most `most` bytes, and the slot that it occupies while it is large.
pub(crate) async fn read(
    app: &App,
    most: usize,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<(Bytes, Option<OwnedSemaphorePermit>), ApiError> {
    let limits = &app.config.limits;
    let announced = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    let announced = announced.and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|n| n > most as u64) {
        pass_over(&mut body, PASSED_OVER).await;
        return Err(too_large(most));
    }
    // Only a few large bodies are held at a time; a body that does not tell its length may become one.
    let large = announced.map_or(!body.is_end_stream(), |n| n > limits.body as u64);
    let slot = match large && most > limits.body {
        true => Arc::clone(&app.large_bodies).acquire_owned().await.ok(),
        false => None,
    };
    let bytes = match Limited::new(&mut body, most).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            pass_over(&mut body, PASSED_OVER).await;
            return Err(too_large(most));
        }
        Err(_) => return Err(ApiError::invalid("The body broke off.")),
    };
    if is_deeper(&bytes, limits.depth) {
        return Err(ApiError::invalid(format!(
            "The JSON body is nested too deeply; at most {} levels are accepted.",
            limits.depth
        )));
    }
    Ok((bytes, slot))
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
