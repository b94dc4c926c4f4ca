//! Which failed attempts may be repeated, and how an answer that is a refusal becomes an error. Pure.

use std::time::Duration;

use bmc_core::{BmcError, BmcMessage, Target};
use reqwest::{Method, StatusCode};

use crate::{
    http::{Answer, Call},
    message,
    options::Options,
};

/// What BMCs say while they are not ready, whatever the status: all words of a row must appear.
const TRANSIENT: [&[&str]; 2] = [
    // iDRAC: "unable to run the method because the requested data source is unavailable".
    &["SYS518"],
    &["iLO", "InvalidOperationForSystemState"],
];

/// How long to wait before the same attempt may be made again; `None`: it may not.
pub(crate) fn pause(
    call: &Call<'_>,
    outcome: &Result<Answer, BmcError>,
    options: &Options,
) -> Option<Duration> {
    let read = call.method == Method::GET;
    let asked = match outcome {
        Err(BmcError::Connect { .. }) => None,
        Err(BmcError::NoAnswer { .. }) if read => None,
        Ok(answer) if repeatable(read, answer) => answer.retry_after,
        _ => return None,
    };
    let pause = asked.unwrap_or(options.retry_pause);
    (pause <= options.longest_pause).then_some(pause)
}

/// A read may be repeated after any failure of the BMC; a write only if the BMC said that it did nothing.
fn repeatable(read: bool, answer: &Answer) -> bool {
    let status = answer.status;
    let not_ready = TRANSIENT
        .iter()
        .any(|words| message::says(&answer.body, words));
    let turned_away = matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    );
    if read {
        return turned_away || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED);
    }
    (turned_away && answer.retry_after.is_some())
        || (not_ready && (status.is_server_error() || status == StatusCode::BAD_REQUEST))
}

/// The error for an answer that is no success.
pub(crate) fn refusal(target: &Target, call: &Call<'_>, answer: &Answer) -> BmcError {
    let (address, doing) = (target.address.clone(), call.doing.to_owned());
    let message = answer.message(target);
    let status = answer.status.as_u16();
    let username = target.username.clone().unwrap_or_default();
    match status {
        401 => BmcError::WrongCredentials { address, username },
        403 => BmcError::Forbidden {
            address,
            username,
            doing,
            message,
        },
        404 | 410 => {
            let what = format!("{} (to {doing})", BmcMessage::new(call.path));
            BmcError::NotFound {
                address,
                what,
                message,
            }
        }
        405 | 501 => BmcError::Unsupported {
            what: format!("the request to {doing}"),
            allowed: Vec::new(),
        },
        409 | 412 | 423 | 429 | 503 => BmcError::Busy {
            address,
            doing,
            message,
            retry_after: answer.retry_after,
        },
        500.. => BmcError::Fault {
            address,
            doing,
            status,
            message,
        },
        _ => BmcError::Rejected {
            address,
            doing,
            status,
            message,
        },
    }
}
