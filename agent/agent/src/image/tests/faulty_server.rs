//! An HTTP server on loopback that serves one file and misbehaves once per listed fault, in order.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::guard::lock;

/// What goes wrong with one answer. `NoRange` holds from the start on.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Only this status.
    Status(u16),
    /// The connection breaks after so many bytes of the body.
    BreakAfter(usize),
    /// Ranges are ignored in all answers.
    NoRange,
    /// The file has another ETag from now on.
    OtherEtag,
    /// A redirect to the same URL.
    RedirectToSelf,
    /// A redirect elsewhere.
    RedirectTo(String),
}

#[derive(Default)]
struct Seen {
    faults: Vec<Fault>,
    ranges: Vec<Option<usize>>,
    authorizations: Vec<Option<String>>,
    etag: u32,
}

/// The server.
pub struct FaultyServer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl FaultyServer {
    pub async fn start(body: Vec<u8>, faults: Vec<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let port = listener.local_addr().expect("bound").port();
        let ranges = !faults.contains(&Fault::NoRange);
        let faults = faults
            .into_iter()
            .filter(|f| *f != Fault::NoRange)
            .collect();
        let seen = Arc::new(Mutex::new(Seen {
            faults,
            ..Seen::default()
        }));
        let (state, body) = (Arc::clone(&seen), Arc::new(body));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&state), Arc::clone(&body), ranges));
            }
        });
        Self { port, seen }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    /// First byte asked for in each request.
    pub fn ranges(&self) -> Vec<Option<usize>> {
        lock(&self.seen).ranges.clone()
    }

    pub fn authorizations(&self) -> Vec<Option<String>> {
        lock(&self.seen).authorizations.clone()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Seen>>, body: Arc<Vec<u8>>, ranges: bool) {
    let mut request = Vec::new();
    let mut buffer = [0u8; 4096];
    while !request.windows(4).any(|w| w == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(n) if n > 0 => request.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let (answer, cut) = answer(&text, &seen, &body, ranges);
    let end = cut.map_or(answer.len(), |c| c.min(answer.len()));
    // The client may have gone; that is a case of its own.
    let _ = stream.write_all(&answer[..end]).await;
    let _ = stream.shutdown().await;
}

fn answer(text: &str, seen: &Mutex<Seen>, body: &[u8], ranges: bool) -> (Vec<u8>, Option<usize>) {
    let header = |name: &str| {
        text.lines().find_map(|l| {
            let (key, value) = l.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    let mut seen = lock(seen);
    let range = header("range").and_then(|r| {
        let (start, last) = r.strip_prefix("bytes=")?.split_once('-')?;
        Some((start.parse::<usize>().ok()?, last.parse::<usize>().ok()))
    });
    let start = range.map(|(start, _)| start);
    let last = range.and_then(|(_, last)| last).unwrap_or(usize::MAX);
    seen.ranges.push(start);
    seen.authorizations.push(header("authorization"));
    let fault = if seen.faults.is_empty() {
        None
    } else {
        Some(seen.faults.remove(0))
    };
    match &fault {
        Some(Fault::Status(status)) => {
            return (
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .into(),
                None,
            );
        }
        Some(Fault::RedirectToSelf) => return (redirect("/test.img"), None),
        Some(Fault::RedirectTo(url)) => return (redirect(url), None),
        Some(Fault::OtherEtag) => seen.etag += 1,
        _ => {}
    }
    let etag = format!("\"v{}\"", seen.etag);
    let unchanged = header("if-range").is_none_or(|wanted| wanted == etag);
    let start = start.filter(|_| ranges && unchanged);
    let end = start.map_or(body.len(), |_| last.saturating_add(1).min(body.len()));
    let part = &body[start.unwrap_or(0)..end];
    let mut head = match start {
        Some(start) => {
            format!(
                "HTTP/1.1 206 Partial\r\nContent-Range: bytes {start}-{}/{}\r\n",
                end - 1,
                body.len()
            )
        }
        None => "HTTP/1.1 200 OK\r\n".to_owned(),
    };
    head.push_str(&format!(
        "ETag: {etag}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        part.len()
    ));
    let cut = match fault {
        Some(Fault::BreakAfter(bytes)) => Some(head.len() + bytes),
        _ => None,
    };
    ([head.as_bytes(), part].concat(), cut)
}

fn redirect(to: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .into()
}
