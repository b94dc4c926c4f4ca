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

/// Compares with the server's clock and sets ours when it is far off. A server that does not answer yet is asked again for as
/// long as a lookup would: with a wrong clock none of what follows could succeed.
pub async fn correct(api: &Api, patience: Duration, pause: Duration) {
    let Some(date) = asked(api, patience, pause).await else {
        return;
    };
    let own = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let Some(server) = better(&date, own) else {
        return;
    };
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

/// The server's `Date` header.
async fn asked(api: &Api, patience: Duration, pause: Duration) -> Option<String> {
    let mut waited = Duration::ZERO;
    let pause = pause.max(Duration::from_millis(100));
    loop {
        match api.call(Method::GET, "/", None, false, None).await {
            Ok(answer) => return answer.date,
            Err(reason) if waited >= patience => {
                warning!("the API's clock cannot be read: {reason}");
                return None;
            }
            Err(reason) => {
                if waited.is_zero() {
                    warning!("the API's clock cannot be read yet: {reason}");
                }
                tokio::time::sleep(pause).await;
                waited += pause;
            }
        }
    }
}

/// The server's time, where ours is far from it.
fn better(date: &str, own: u64) -> Option<u64> {
    let server = parse_http_date(date)?;
    (server.abs_diff(own) > TOLERATED.as_secs()).then_some(server)
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
#[allow(clippy::expect_used)]
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

    #[test]
    fn only_a_clock_that_is_far_off_is_set() {
        const DATE: &str = "Sun, 22 Nov 2026 13:18:38 GMT";
        const NOW: u64 = 1_795_353_518;
        for near in [NOW - 600, NOW, NOW + 600] {
            assert_eq!(better(DATE, near), None);
        }
        for far in [0, NOW - 601, NOW + 601, NOW * 2] {
            assert_eq!(better(DATE, far), Some(NOW));
        }
        assert_eq!(better("Thu, 01 Jan 1970 00:00:00 GMT", NOW), None);
    }

    #[tokio::test]
    async fn a_server_that_comes_late_is_waited_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("loopback");
        let port = listener.local_addr().expect("bound").port();
        let server = tokio::spawn(async move {
            // The first connection is dropped, as by a server that is just starting.
            drop(listener.accept().await);
            let (mut stream, _) = listener.accept().await.expect("a second try");
            let answer = b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 13:18:38 GMT\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
            let mut head = [0; 4096];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut head).await;
            let sent = tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await;
            sent.expect("an answer");
        });
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let api = Api::new(client, vec![format!("http://127.0.0.1:{port}")], None, None);
        let date = asked(&api, Duration::from_secs(60), Duration::ZERO).await;
        assert_eq!(date.as_deref(), Some("Sun, 22 Nov 2026 13:18:38 GMT"));
        server.await.expect("the server");
        let gone = asked(&api, Duration::ZERO, Duration::ZERO).await;
        assert_eq!(gone, None);
    }
}
