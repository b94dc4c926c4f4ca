//! `PUT /nodes/{node}/states/power`.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text};
use crate::{answer, ident};
use axum::extract::Path;
use model::PowerTarget;

/// Soft targets and time-outs came with this version.
const SOFT_SINCE: u16 = 27;

/// The words are checked where the power is changed.
const ARGUMENTS: &[Member] = &[
    text("target").required(),
    member("timeout", Kind::Integer).since(27),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/nodes/{node}/states/power",
            change,
            "Change a node's power",
        )
        .takes_arguments(ARGUMENTS)
        .access(access::USE),
    ]
}

async fn change(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let wanted = args.required_text("target")?;
    let timeout = args.integer("timeout")?;
    args.finish()?;
    let node = ident::node(&call, &name).await?;
    let timeout = checked_timeout(&call, timeout)?;
    let target = target(&call, &wanted)?;
    call.app.engine.power(node.uuid, target, timeout).await?;
    answer::accepted_at(&call, &format!("nodes/{name}/states"))
}

fn target(call: &Call, text: &str) -> Result<PowerTarget, ApiError> {
    let found = PowerTarget::ALL.iter().find(|t| t.as_str() == text);
    let target = *found.ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        let all: Vec<&str> = PowerTarget::ALL.iter().map(|t| t.as_str()).collect();
        ApiError::invalid(format!(
            "Invalid power target {shown:?}; it is one of: {}.",
            all.join(", ")
        ))
    })?;
    if target.is_soft() {
        call.needs(&format!("The power target '{text}'"), SOFT_SINCE)?;
    }
    Ok(target)
}

/// A day: a longer wait for an operating system is cut to it.
const LONGEST_TIMEOUT: u32 = 86_400;

fn checked_timeout(call: &Call, given: Option<i64>) -> Result<Option<u32>, ApiError> {
    let Some(seconds) = given else {
        return Ok(None);
    };
    call.needs("The parameter 'timeout'", SOFT_SINCE)?;
    if seconds < 1 {
        return Err(ApiError::invalid(
            "timeout must be a positive number of seconds.",
        ));
    }
    Ok(Some(
        u32::try_from(seconds).map_or(LONGEST_TIMEOUT, |asked| asked.min(LONGEST_TIMEOUT)),
    ))
}
