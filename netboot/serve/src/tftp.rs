//! TFTP on the wire: one socket a transfer, names from a list, so many transfers at a time. The protocol itself is decided elsewhere.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::boot::ArtefactName;
use netboot_core::tftp::{
    ErrorCode, Limits, Request, RequestError, Step, Transfer, error_packet, parse_request,
};
use ports::netboot::Artefact;
use tokio::net::UdpSocket;
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use crate::config::TftpConfig;
use crate::error::StartError;
use crate::netboot::{Shared, asked_to_stop};

/// The open socket and what it serves.
pub(crate) struct Listener {
    socket: UdpSocket,
    names: BTreeSet<ArtefactName>,
    limits: Limits,
    transfers: usize,
}

impl Listener {
    pub async fn open(shared: &Shared, settings: &TftpConfig) -> Result<Self, StartError> {
        let address = SocketAddr::from((shared.site.server, settings.port));
        let opened = UdpSocket::bind(address).await;
        let socket = opened.map_err(|source| StartError::Open {
            service: "TFTP",
            address,
            source,
        })?;
        Ok(Self {
            socket,
            names: settings.names.clone(),
            limits: settings.limits,
            transfers: settings.transfers,
        })
    }
}

/// A transfer that runs: what was asked and whether the client has answered yet.
struct Running {
    request: Request,
    begun: Arc<AtomicBool>,
    task: AbortHandle,
}

/// Serves until told to stop; running transfers end with it, and firmware asks again.
pub(crate) async fn serve(
    listener: Listener,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) {
    let mut server = Server {
        permits: Arc::new(Semaphore::new(listener.transfers)),
        listener,
        shared,
        running: Arc::default(),
    };
    let mut bytes = [0; 1024];
    loop {
        let received = tokio::select! {
            () = asked_to_stop(&mut stop) => break,
            received = server.listener.socket.recv_from(&mut bytes) => received,
        };
        match received {
            Ok((length, peer)) => server.handle(&bytes[..length], peer).await,
            Err(error) => tracing::debug!(%error, "receiving a TFTP request"),
        }
    }
    let running = std::mem::take(
        &mut *server
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner),
    );
    running.values().for_each(|transfer| transfer.task.abort());
}

struct Server {
    listener: Listener,
    shared: Arc<Shared>,
    permits: Arc<Semaphore>,
    running: Arc<Mutex<HashMap<SocketAddr, Running>>>,
}

impl Server {
    async fn handle(&mut self, bytes: &[u8], peer: SocketAddr) {
        let request = match parse_request(bytes) {
            Ok(request) => request,
            Err(RequestError::Malformed) => return count("malformed"),
            Err(RequestError::Write) => {
                return self
                    .refuse(peer, ErrorCode::Access, "writing is not served", "write")
                    .await;
            }
            Err(RequestError::Mode) => {
                return self
                    .refuse(
                        peer,
                        ErrorCode::Illegal,
                        "only octet mode is served",
                        "mode",
                    )
                    .await;
            }
        };
        if self.is_repeated(peer, &request) {
            return;
        }
        let Some(artefact) = self.open(&request).await else {
            tracing::info!(%peer, file = ?shortened(&request.file), "TFTP: no such file");
            return self
                .refuse(peer, ErrorCode::NotFound, "no such file", "not_found")
                .await;
        };
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            return self
                .refuse(peer, ErrorCode::NotDefined, "busy, ask again", "busy")
                .await;
        };
        let begun = Arc::new(AtomicBool::new(false));
        let sending = Sending {
            peer,
            file: request.file.clone(),
            transfer: Transfer::new(&request, artefact.length, self.listener.limits),
            artefact,
            begun: Arc::clone(&begun),
        };
        let (local, running) = (
            IpAddr::V4(self.shared.site.server),
            Arc::clone(&self.running),
        );
        // Held across the spawn, so that a transfer that ends at once finds its entry to remove.
        let mut table = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let task = tokio::spawn(async move {
            sending.run(local).await;
            let mut table = running.lock().unwrap_or_else(PoisonError::into_inner);
            if table
                .get(&peer)
                .is_some_and(|r| tokio::task::try_id() == Some(r.task.id()))
            {
                table.remove(&peer);
            }
            drop(permit);
        });
        let entry = Running {
            request,
            begun,
            task: task.abort_handle(),
        };
        // Boot ROMs ask for the size first, give that transfer up, and ask again from the same port: the newer request is the one that counts.
        if let Some(replaced) = table.insert(peer, entry) {
            replaced.task.abort();
        }
    }

    /// True for the same question sent again before its answer arrived: that transfer repeats its answer by itself.
    fn is_repeated(&self, peer: SocketAddr, request: &Request) -> bool {
        let table = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        table
            .get(&peer)
            .is_some_and(|r| r.request == *request && !r.begun.load(Ordering::Relaxed))
    }

    async fn open(&self, request: &Request) -> Option<Artefact> {
        let name: ArtefactName = request.file.parse().ok()?;
        if !self.listener.names.contains(&name) {
            return None;
        }
        self.shared.around.artefacts.open(&name).await
    }

    async fn refuse(
        &self,
        peer: SocketAddr,
        code: ErrorCode,
        message: &'static str,
        result: &'static str,
    ) {
        count(result);
        if let Err(error) = self
            .listener
            .socket
            .send_to(&error_packet(code, message), peer)
            .await
        {
            tracing::debug!(%peer, %error, "refusing a TFTP request");
        }
    }
}

fn count(result: &'static str) {
    metrics::counter!("netboot_tftp_transfers_total", "result" => result).increment(1);
}

fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}

/// One transfer in progress.
struct Sending {
    peer: SocketAddr,
    file: String,
    transfer: Transfer,
    artefact: Artefact,
    begun: Arc<AtomicBool>,
}

impl Sending {
    async fn run(mut self, local: IpAddr) {
        let began = Instant::now();
        match self.send_all(local).await {
            Ok(true) => {
                count("done");
                metrics::counter!("netboot_tftp_bytes_total").increment(self.artefact.length);
                let took = began.elapsed();
                tracing::info!(peer = %self.peer, file = %self.file, bytes = self.artefact.length, ?took, "TFTP: sent");
            }
            Ok(false) => {
                count("aborted");
                tracing::debug!(peer = %self.peer, file = %self.file, "TFTP: the client gave up");
            }
            Err(error) => {
                count("failed");
                tracing::warn!(peer = %self.peer, file = %self.file, %error, "TFTP: failed");
            }
        }
    }

    /// True when the client has all, false when it gave up.
    async fn send_all(&mut self, local: IpAddr) -> io::Result<bool> {
        let socket = UdpSocket::bind((local, 0)).await?;
        socket.connect(self.peer).await?;
        let mut step = self.transfer.start();
        let mut deadline = Instant::now() + self.transfer.timeout();
        loop {
            match &step {
                Step::Send(bytes) => drop(socket.send(bytes).await),
                Step::Blocks(blocks) => {
                    for block in blocks.clone() {
                        self.send_block(&socket, block).await?;
                    }
                }
                Step::Wait => {}
                Step::Done => return Ok(true),
                Step::Aborted => return Ok(false),
            }
            if step != Step::Wait {
                deadline = Instant::now() + self.transfer.timeout();
            }
            step = self.next(&socket, deadline).await;
        }
    }

    /// Sending fails when the client's last packet was an ICMP error; only its silence or its word ends a transfer.
    async fn send_block(&self, socket: &UdpSocket, block: u64) -> io::Result<()> {
        let (offset, length) = self.transfer.block_span(block);
        let mut packet = Transfer::block_header(block).to_vec();
        if length > 0 {
            let content = self.artefact.content.read_at(offset, length).await?;
            if content.len() != length {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the content is shorter than it was",
                ));
            }
            packet.extend(content);
        }
        drop(socket.send(&packet).await);
        Ok(())
    }

    async fn next(&mut self, socket: &UdpSocket, deadline: Instant) -> Step {
        let mut bytes = [0; 600];
        match timeout_at(deadline, socket.recv(&mut bytes)).await {
            Ok(Ok(length)) => {
                let step = self.transfer.on_packet(&bytes[..length]);
                self.begun
                    .store(self.transfer.has_begun(), Ordering::Relaxed);
                step
            }
            // The client's port is closed: it has gone.
            Ok(Err(_)) => Step::Aborted,
            Err(_) => self.transfer.on_silence(),
        }
    }
}
