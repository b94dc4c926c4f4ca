//! Debian's `docker-registry` for the length of a test: TLS by our own authority, one user, storage in a temporary folder.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Method, Response};

use crate::outbound::tests::tls_server::Authority;

/// `user` with the password `pa55:word`, as `htpasswd -B` writes it.
const USERS: &str = "user:$2y$05$abcdefghijklmnopqrstuuyJFE65A46/2eXN/SomAkqtHDi1XDOkC\n";

/// A running registry; ended when dropped.
pub struct DebianRegistry {
    host: String,
    child: Child,
    client: Client,
    _folder: tempfile::TempDir,
}

impl Drop for DebianRegistry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl DebianRegistry {
    /// Starts it; `None` where it is not installed.
    pub async fn start(authority: &Authority) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let config = configuration(folder.path(), authority);
        let mut child = Command::new("docker-registry")
            .arg("serve")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = log.find_map(|line| {
            let line = line.ok()?;
            let (_, rest) = line.split_once("listening on ")?;
            Some(rest.split([',', '"']).next()?.to_owned())
        });
        // What it writes from now on nobody reads, but a full pipe would stop it.
        std::thread::spawn(move || log.for_each(drop));
        let ca = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
        Some(Self {
            host: address.expect("the registry listens"),
            child,
            client: Client::builder()
                .no_proxy()
                .tls_certs_only([ca])
                .build()
                .unwrap(),
            _folder: folder,
        })
    }

    /// Address and port.
    pub fn host(&self) -> &str {
        &self.host
    }

    async fn send(&self, method: Method, url: &str, kind: &str, body: &[u8]) -> Response {
        let request = self
            .client
            .request(method, url)
            .basic_auth("user", Some("pa55:word"));
        let request = request.header("Content-Type", kind).body(body.to_vec());
        let response = request.send().await.unwrap();
        let status = response.status();
        assert!(status.is_success(), "{url}: {status}");
        response
    }

    pub async fn push_blob(&self, blob: &[u8]) {
        let url = format!("https://{}/v2/os/disk/blobs/uploads/", self.host);
        let started = self.send(Method::POST, &url, "text/plain", b"").await;
        let place = started.headers()["location"].to_str().unwrap().to_owned();
        let place = format!("{place}&digest={}", super::digest(blob));
        self.send(Method::PUT, &place, "application/octet-stream", blob)
            .await;
    }

    /// `kind`: `manifest` or `index`.
    pub async fn push_manifest(&self, tag: &str, manifest: &[u8], kind: &str) {
        let url = format!("https://{}/v2/os/disk/manifests/{tag}", self.host);
        let kind = format!("application/vnd.oci.image.{kind}.v1+json");
        self.send(Method::PUT, &url, &kind, manifest).await;
    }
}

fn configuration(folder: &Path, authority: &Authority) -> std::path::PathBuf {
    let (certificate, key) = authority.server_pem();
    for (name, content) in [
        ("cert", certificate.as_str()),
        ("key", &key),
        ("users", USERS),
    ] {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let at = folder.display();
    let text = format!(
        "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {at}/data}}}}\n\
         http: {{addr: '127.0.0.1:0', tls: {{certificate: {at}/cert, key: {at}/key}}}}\n\
         auth: {{htpasswd: {{realm: test, path: {at}/users}}}}\n"
    );
    let config = folder.join("config.yml");
    std::fs::write(&config, text).unwrap();
    config
}
