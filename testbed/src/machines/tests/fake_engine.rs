//! A boot listener (HTTP) and an agents' listener (HTTPS) that know every machine and note what they hear.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use agent_wire::{BOOT_NONCE_HEADER, HeartbeatRequest};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use netboot_media::identity::BootIdentity;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::machines::{certificate, listener};

pub const TOKEN: &str = "tokentokentokentokentokentokentokentokentok";

pub struct FakeEngine {
    pub boot_url: String,
    seen: Arc<Seen>,
    beats: tokio::sync::Mutex<mpsc::UnboundedReceiver<HeartbeatRequest>>,
}

struct Seen {
    requests: Mutex<Vec<String>>,
    inventories: Mutex<Vec<Value>>,
    beats: mpsc::UnboundedSender<HeartbeatRequest>,
    boot: String,
    api: String,
    ca_pem: String,
    disk: AtomicBool,
    keeps_identity: AtomicBool,
}

impl FakeEngine {
    pub async fn start() -> Self {
        let boot = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (ca_pem, tls) = certificate::make().unwrap();
        let (sender, beats) = mpsc::unbounded_channel();
        let seen = Arc::new(Seen {
            requests: Mutex::default(),
            inventories: Mutex::default(),
            beats: sender,
            boot: format!("http://{}", boot.local_addr().unwrap()),
            api: format!("https://{}", api.local_addr().unwrap()),
            ca_pem,
            disk: false.into(),
            keeps_identity: false.into(),
        });
        let (one, two) = (Arc::clone(&seen), Arc::clone(&seen));
        tokio::spawn(listener::serve(boot, None, move |request| {
            let seen = Arc::clone(&one);
            async move { Some(seen.boot(&request)) }
        }));
        tokio::spawn(listener::serve(api, Some(tls), move |request| {
            let seen = Arc::clone(&two);
            async move { Some(seen.api(request).await) }
        }));
        Self {
            boot_url: seen.boot.clone(),
            seen,
            beats: beats.into(),
        }
    }

    /// From now on scripts give machines to their disks.
    pub fn send_to_disk(&self) {
        self.seen.disk.store(true, Relaxed);
    }

    /// From now on it refuses identities, and takes agents without one.
    pub fn keep_identities(&self) {
        self.seen.keeps_identity.store(true, Relaxed);
    }

    /// The authority of its listener.
    pub fn ca_pem(&self) -> String {
        self.seen.ca_pem.clone()
    }

    /// The next heartbeat.
    pub async fn beat(&self) -> HeartbeatRequest {
        let next = async { self.beats.lock().await.recv().await };
        let beat = tokio::time::timeout(super::DEADLINE, next).await;
        beat.expect("no heartbeat").unwrap()
    }

    /// Method and path of all requests.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    pub fn inventories(&self) -> Vec<Value> {
        self.seen.inventories.lock().unwrap().clone()
    }
}

impl Seen {
    fn note(&self, request: &Request<Incoming>) {
        let text = format!("{} {}", request.method(), request.uri().path());
        self.requests.lock().unwrap().push(text);
    }

    fn boot(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        self.note(request);
        let query = request.uri().query().unwrap_or_default();
        let bytes = match request.uri().path() {
            "/boot.ipxe" => self.script(query).into_bytes(),
            "/identity" if self.keeps_identity.load(Relaxed) => {
                return listener::empty(StatusCode::FORBIDDEN);
            }
            "/identity" if request.method() == Method::GET => {
                let identity = BootIdentity {
                    nonce: format!("nonce of {query}"),
                    api_ca_pem: Some(self.ca_pem.clone()),
                };
                identity.initramfs().unwrap()
            }
            "/artefacts/vmlinuz" | "/artefacts/agent.img" => vec![0; 8],
            _ => return listener::empty(StatusCode::NOT_FOUND),
        };
        Response::new(Full::new(Bytes::from(bytes)))
    }

    fn script(&self, query: &str) -> String {
        if self.disk.load(Relaxed) {
            return "#!ipxe\nexit 1\n".to_owned();
        }
        let (boot, api) = (&self.boot, &self.api);
        format!(
            "#!ipxe\nkernel --name kernel {boot}/artefacts/vmlinuz quiet ipa-api-url={api} ipa-inspection-callback-url={api}/v1/continue_inspection BOOTIF=01-52 || goto failed\n\
            initrd --name identity {boot}/identity?{query} || goto failed\n\
            initrd --name ramdisk {boot}/artefacts/agent.img || goto failed\nboot || goto failed\n"
        )
    }

    async fn api(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        self.note(&request);
        let nonce = request.headers().get(BOOT_NONCE_HEADER).cloned();
        let uri = request.uri().clone();
        let body = listener::body(request, 1 << 20).await.unwrap();
        match uri.path() {
            "/" => {
                let root = json!({"default_version": {"id": "v1", "version": "1.95"}});
                listener::json(StatusCode::OK, &root)
            }
            "/v1/continue_inspection" => {
                let inventory = serde_json::from_slice(&body).unwrap();
                self.inventories.lock().unwrap().push(inventory);
                listener::empty(StatusCode::ACCEPTED)
            }
            "/v1/lookup" => {
                let mac = uri.query().unwrap().split_once('=').unwrap().1;
                let expected = format!("nonce of mac={mac}");
                let proven = nonce.is_some_and(|nonce| nonce == expected.as_str());
                if !proven && !self.keeps_identity.load(Relaxed) {
                    return listener::empty(StatusCode::NOT_FOUND);
                }
                let config = json!({"agent_token": TOKEN, "hammerscale": {"version": 1}});
                let node = json!({"uuid": mac.replace(':', "-")});
                listener::json(StatusCode::OK, &json!({"node": node, "config": config}))
            }
            path if path.starts_with("/v1/heartbeat/") => {
                // The test may have ended.
                let _ = self.beats.send(serde_json::from_slice(&body).unwrap());
                listener::empty(StatusCode::ACCEPTED)
            }
            _ => listener::empty(StatusCode::NOT_FOUND),
        }
    }
}
