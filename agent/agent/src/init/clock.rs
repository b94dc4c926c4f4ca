//! Sets a clock that is far off from the API's `Date` header: without that, certificates look expired or not yet valid.
//! The header comes over an unverified connection, so small differences are left alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};
use reqwest::Method;

use crate::conductor::api::Api;
use crate::log::{info, warning};

/// Less than a certificate is backdated.
const TOLERATED: Duration = Duration::from_secs(600);

/// Compares with the server's clock and sets ours when it is far off.
pub async fn correct(api: &Api) {
    let date = match api.call(Method::GET, "/", None, false, None).await {
        Ok(answer) => answer.date,
        Err(reason) => {
            warning!("the API's clock cannot be read: {reason}");
            return;
        }
    };
    let Some(server) = date.as_deref().and_then(parse_http_date) else {
        return;
    };
    let own = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    if server.abs_diff(own) <= TOLERATED.as_secs() {
        return;
    }
    let Ok(seconds) = i64::try_from(server) else {
        return;
    };
    match clock_settime(ClockId::CLOCK_REALTIME, TimeSpec::new(seconds, 0)) {
        Ok(()) => info!(
            "the clock was {} s off and follows the API's now",
            server.abs_diff(own)
        ),
        Err(error) => warning!(
            "the clock is {} s off and cannot be set: {error}",
            server.abs_diff(own)
        ),
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` as Unix time (RFC 9110, section 5.6.7); years before 2020 are refused.
fn parse_http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let words: Vec<_> = text.split_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = words[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|m| *m == month)? as u64 + 1;
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let clock: Vec<u64> = time
        .split(':')
        .map(|n| n.parse().ok())
        .collect::<Option<_>>()?;
    let [hour, minute, second] = clock[..] else {
        return None;
    };
    if !(2020..2200).contains(&year)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    // Days from civil, with years that begin in March.
    let (y, m) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_read() {
        assert_eq!(
            parse_http_date("Sun, 22 Nov 2026 13:18:38 GMT"),
            Some(1_795_353_518)
        );
        assert_eq!(
            parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT"),
            Some(1_709_164_800)
        );
        assert_eq!(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), None);
        assert_eq!(parse_http_date("yesterday"), None);
    }
}
