//! What a BMC's client may change: the boot override and the power.

use std::sync::Arc;

use hyper::header::IF_MATCH;
use hyper::{HeaderMap, StatusCode};
use serde_json::Value;

use super::documents::etag;
use crate::machines::board::Board;
use crate::machines::power::ResetType;
use crate::machines::truth::{BootMode, BootOverride, BootTarget, OverrideEnabled};

/// Status and reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal(pub StatusCode, pub String);

fn bad(why: String) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, why)
}

fn object(body: &[u8]) -> Result<Value, Refusal> {
    let value: Value =
        serde_json::from_slice(body).map_err(|_| bad("the body is no JSON".into()))?;
    value
        .is_object()
        .then_some(value)
        .ok_or_else(|| bad("the body is no object".into()))
}

pub(super) fn reset(board: &Arc<Board>, body: &[u8]) -> Result<(), Refusal> {
    let body = object(body)?;
    let word = body["ResetType"].as_str().unwrap_or_default();
    let order =
        ResetType::of(word).ok_or_else(|| bad(format!("ResetType {word:?} is not known")))?;
    board
        .reset(order)
        .map_err(|why| Refusal(StatusCode::CONFLICT, why.to_owned()))
}

pub(super) fn patch_system(board: &Board, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let body = object(body)?;
    let condition = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    let Some(change) = body.get("Boot") else {
        return Err(bad("only Boot can be changed".into()));
    };
    board.configure(|truth| {
        if condition.is_some_and(|condition| condition != "*" && condition != etag(truth)) {
            let why = "the system was changed meanwhile".to_owned();
            return Err(Refusal(StatusCode::PRECONDITION_FAILED, why));
        }
        truth.boot = changed(truth.boot, change)?;
        Ok(())
    })
}

/// The override with these properties changed.
fn changed(before: BootOverride, change: &Value) -> Result<BootOverride, Refusal> {
    let mut boot = before;
    let properties = change
        .as_object()
        .ok_or_else(|| bad("Boot is no object".into()))?;
    for (name, value) in properties {
        let word = value.as_str().unwrap_or_default();
        let unknown = || bad(format!("{name} cannot be {value}"));
        match name.as_str() {
            "BootSourceOverrideTarget" => {
                boot.target = BootTarget::of(word).ok_or_else(unknown)?;
            }
            "BootSourceOverrideEnabled" => {
                boot.enabled = OverrideEnabled::of(word).ok_or_else(unknown)?;
            }
            "BootSourceOverrideMode" => boot.mode = BootMode::of(word).ok_or_else(unknown)?,
            _ => return Err(bad(format!("{name} cannot be changed"))),
        }
    }
    if boot.enabled == OverrideEnabled::Disabled {
        boot.target = BootTarget::None;
    }
    Ok(boot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_override_is_set_in_parts_or_whole() {
        let pxe = json!({"BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once"});
        let once = changed(BootOverride::default(), &pxe);
        assert_eq!(
            once,
            Ok(BootOverride {
                target: BootTarget::Pxe,
                enabled: OverrideEnabled::Once,
                mode: BootMode::Uefi
            })
        );
        let off = json!({"BootSourceOverrideEnabled": "Disabled"});
        let off = once.and_then(|once| changed(once, &off));
        assert_eq!(off, Ok(BootOverride::default()));
    }

    #[test]
    fn what_is_not_offered_is_refused() {
        for change in [
            json!({"BootSourceOverrideTarget": "UefiHttp"}),
            json!({"BootSourceOverrideMode": 1}),
            json!({"BootOrder": []}),
            json!([]),
        ] {
            let refused = changed(BootOverride::default(), &change);
            assert_eq!(
                refused.map_err(|why| why.0),
                Err(StatusCode::BAD_REQUEST),
                "{change}"
            );
        }
    }
}
