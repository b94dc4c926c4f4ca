//! A closed loop of clients: each sends its next request when it has the answer to the last one. It measures what they see and what it
//! costs the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::subject::Subject;

const VERSION: (&str, &str) = ("X-OpenStack-Ironic-API-Version", "1.115");
const PATIENCE: Duration = Duration::from_secs(300);

/// A request that is sent again and again.
#[derive(Clone)]
pub struct Shot {
    /// The HTTP method.
    pub method: reqwest::Method,
    /// The path of the n-th request, and its body.
    pub make: Arc<dyn Fn(usize) -> (String, Option<String>) + Send + Sync>,
}

impl Shot {
    /// A request that depends on its number.
    pub fn of(
        method: reqwest::Method,
        make: impl Fn(usize) -> (String, Option<String>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            method,
            make: Arc::new(make),
        }
    }
}

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub struct Until {
    /// No request begins after that.
    pub window: Duration,
    /// No more requests than that.
    pub most: usize,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Requests answered in a second.
    pub rate: f64,
    /// Half of the answers came within this.
    pub p50: Duration,
    /// All but one in a hundred came within this.
    pub p99: Duration,
    /// CPU seconds of the server for one request.
    pub cpu: f64,
}

/// Clients with a connection each; every answer must be a success.
pub async fn closed_loop(
    subject: &Subject,
    shot: &Shot,
    clients: usize,
    until: Until,
) -> Result<Measured> {
    let next = Arc::new(AtomicUsize::new(0));
    let base = format!("http://{}", subject.address);
    let connections = (0..clients)
        .map(|_| connection())
        .collect::<Result<Vec<_>>>()?;
    let before = subject.cpu_seconds();
    let began = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|http| {
            let work = client(
                http,
                base.clone(),
                shot.clone(),
                Arc::clone(&next),
                began,
                until,
            );
            tokio::spawn(work)
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.context("a client")??);
    }
    let seconds = began.elapsed().as_secs_f64();
    // All answers are there, so nothing goes on any more.
    let cpu = subject.cpu_seconds() - before;
    measured(times, seconds, cpu)
}

fn measured(mut times: Vec<Duration>, seconds: f64, cpu: f64) -> Result<Measured> {
    times.sort();
    let count = times.len();
    let at = |share: usize| {
        times
            .get((count * share / 100).min(count.saturating_sub(1)))
            .copied()
    };
    let (Some(p50), Some(p99)) = (at(50), at(99)) else {
        bail!("nothing was answered");
    };
    Ok(Measured {
        rate: count as f64 / seconds,
        p50,
        p99,
        cpu: cpu / count as f64,
    })
}

async fn client(
    http: reqwest::Client,
    base: String,
    shot: Shot,
    next: Arc<AtomicUsize>,
    began: Instant,
    until: Until,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    while began.elapsed() < until.window {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= until.most {
            break;
        }
        let (path, body) = (shot.make)(number);
        let sent = Instant::now();
        send(&http, &shot.method, &format!("{base}{path}"), body).await?;
        times.push(sent.elapsed());
    }
    Ok(times)
}

/// A client with one connection.
pub fn connection() -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(1)
        .timeout(PATIENCE)
        .build()
        .context("an HTTP client")
}

/// Sends and reads the whole answer, which must be a success. A connection that the server had closed is replaced once.
pub async fn send(
    http: &reqwest::Client,
    method: &reqwest::Method,
    url: &str,
    body: Option<String>,
) -> Result<String> {
    let attempt = || async {
        let mut request = http
            .request(method.clone(), url)
            .header(VERSION.0, VERSION.1);
        if let Some(body) = body.clone() {
            request = request
                .header("Content-Type", "application/json")
                .body(body);
        }
        request.send().await
    };
    let answer = match attempt().await {
        Err(error) if error.is_request() && !error.is_timeout() => attempt().await,
        other => other,
    };
    let response = answer.with_context(|| format!("{method} {url}"))?;
    let status = response.status();
    let text = response.text().await.context("reading an answer")?;
    if !status.is_success() {
        let short: String = text.chars().take(300).collect();
        bail!("{method} {url}: {status}: {short}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let times = (1..=100).rev().map(Duration::from_millis).collect();
        let measured = measured(times, 2.0, 1.0).unwrap();
        assert_eq!(measured.p50, Duration::from_millis(51));
        assert_eq!(measured.p99, Duration::from_millis(100));
        assert!((measured.cpu - 0.01).abs() < 1e-9);
        assert!(super::measured(Vec::new(), 1.0, 1.0).is_err());
    }
}
