//! HTTP and HTTPS servers on loopback for tests: a function answers each request, and what came is kept.

use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::guard::lock;

/// A certificate authority.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    /// Its certificate.
    pub fn pem(&self) -> String {
        self.pem.clone()
    }

    /// Certificate and key of a server at 127.0.0.1 and `localhost`, as PEM.
    pub fn server_pem(&self) -> (String, String) {
        let (certificate, key) = self.sign(None);
        (certificate.pem(), key.serialize_pem())
    }

    fn sign(&self, years: Option<(i32, i32)>) -> (rcgen::Certificate, KeyPair) {
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let mut params = CertificateParams::new(names.to_vec()).unwrap();
        if let Some((from, to)) = years {
            params.not_before = rcgen::date_time_ymd(from, 1, 1);
            params.not_after = rcgen::date_time_ymd(to, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        (params.signed_by(&key, &issuer).unwrap(), key)
    }

    fn acceptor(&self, years: Option<(i32, i32)>) -> TlsAcceptor {
        let (certificate, key) = self.sign(years);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// What a client sent.
#[derive(Clone, Debug)]
pub struct Request {
    head: String,
}

impl Request {
    /// The second word of the request line.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (key, value) = line.split_once(':')?;
            let found = key.eq_ignore_ascii_case(name);
            found.then(|| value.trim().to_owned())
        })
    }
}

/// What a server answers.
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    sent: Option<usize>,
}

impl Reply {
    pub fn bytes(body: Vec<u8>) -> Self {
        let (status, headers) = (200, Vec::new());
        Self {
            status,
            headers,
            body,
            sent: None,
        }
    }

    pub fn text(text: &str) -> Self {
        Self::bytes(text.as_bytes().to_vec())
    }

    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::text("")
        }
    }

    /// With another status.
    pub fn but(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The connection breaks after so many bytes of the body.
    pub fn broken_after(mut self, bytes: usize) -> Self {
        self.sent = Some(bytes);
        self
    }

    pub fn redirect(to: &str) -> Self {
        Self::status(302).with("Location", to)
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn encode(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} X\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = self.body.len();
        head.push_str(&format!(
            "Content-Length: {length}\r\nConnection: close\r\n\r\n"
        ));
        let sent = self.sent.unwrap_or(length).min(length);
        [head.as_bytes(), &self.body[..sent]].concat()
    }
}

type Answer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// A running server.
pub struct Server {
    base: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub async fn http(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(answer)).await
    }

    pub async fn tls(
        authority: &Authority,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(authority.acceptor(None)), Arc::new(answer)).await
    }

    /// With a certificate that is valid between the starts of these years.
    pub async fn tls_valid(
        authority: &Authority,
        years: (i32, i32),
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(authority.acceptor(Some(years))), Arc::new(answer)).await
    }

    async fn start(tls: Option<TlsAcceptor>, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, answer, kept) = (tls.clone(), Arc::clone(&answer), Arc::clone(&kept));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &answer, &kept).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &answer, &kept).await;
                            }
                        }
                    }
                });
            }
        });
        let base = format!("{scheme}://127.0.0.1:{port}");
        Self { base, seen }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Host and port.
    pub fn host(&self) -> &str {
        self.base.split("://").nth(1).unwrap()
    }

    pub fn requests(&self) -> Vec<Request> {
        lock(&self.seen).clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &Answer,
    seen: &Mutex<Vec<Request>>,
) {
    let mut head = Vec::new();
    let mut buffer = [0u8; 4096];
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(n) if n > 0 => head.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    let request = Request {
        head: String::from_utf8_lossy(&head).into_owned(),
    };
    let reply = answer(&request).encode();
    lock(seen).push(request);
    // The client may have gone; that is a case of its own.
    let _ = stream.write_all(&reply).await;
    let _ = stream.shutdown().await;
}
