//! The event stream: follows it, connects again where it broke off, and says when events were missed.

use crate::error::ClientError;
use crate::sse::{Decoder, Message};
use crate::transport::Client;
use api_types::{Event, StreamStart};
use std::collections::VecDeque;
use std::time::Duration;

/// The engine sends a sign of life every 15 s; a connection silent for so long is dead.
const SILENCE: Duration = Duration::from_secs(60);

/// What a stream gives.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamItem {
    /// A new beginning: from here on nothing is missed. Whoever keeps a picture of the nodes lists them now.
    /// It comes first, and again whenever the engine no longer knows the place where the connection broke off.
    Fresh,
    /// Something happened.
    Event(Box<Event>),
}

/// The event stream of an engine. It connects at the first call of [`EventStream::next`].
pub struct EventStream {
    client: Client,
    node: Option<String>,
    cursor: Option<String>,
    open: Option<Open>,
    ready: VecDeque<StreamItem>,
    failed: u32,
}

struct Open {
    response: reqwest::Response,
    decoder: Decoder,
}

impl Client {
    /// The events of one node, or of all. Only this project's engine has them: against others the first `next` is `NotFound`.
    pub fn events(&self, node: Option<&str>) -> EventStream {
        EventStream {
            client: self.clone(),
            node: node.map(str::to_owned),
            cursor: None,
            open: None,
            ready: VecDeque::new(),
            failed: 0,
        }
    }
}

impl EventStream {
    /// Goes on behind this cursor instead of beginning now.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// The place reached: [`EventStream::after`] goes on from it.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The next item; waits until there is one. Cancelling the wait loses nothing.
    ///
    /// # Errors
    /// When the engine has no stream, or could not be reached as often as the connection's retry policy allows.
    pub async fn next(&mut self) -> Result<StreamItem, ClientError> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(item);
            }
            match &mut self.open {
                None => self.connect().await?,
                Some(open) => match read(open).await {
                    Some(messages) => {
                        messages.into_iter().for_each(|message| self.note(&message));
                    }
                    None => self.open = None,
                },
            }
        }
    }

    /// What has already come, without waiting.
    pub(crate) fn take_ready(&mut self) -> VecDeque<StreamItem> {
        std::mem::take(&mut self.ready)
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        let query: Vec<_> = self
            .cursor
            .clone()
            .map(|it| ("after", it))
            .into_iter()
            .collect();
        let url = self.client.url(&["hammerscale", "v1", "events"], &query);
        match self.client.open_stream(&url).await {
            Ok(response) => {
                let decoder = Decoder::default();
                self.open = Some(Open { response, decoder });
                if self.cursor.is_none() {
                    self.ready.push_back(StreamItem::Fresh);
                }
                Ok(())
            }
            Err(error) if error.is_status(410) && self.cursor.is_some() => {
                self.cursor = None;
                Ok(())
            }
            Err(error) => self.pause_after(error).await,
        }
    }

    async fn pause_after(&mut self, error: ClientError) -> Result<(), ClientError> {
        let passing = matches!(
            error,
            ClientError::Unreachable { .. }
                | ClientError::Silent { .. }
                | ClientError::Refused {
                    status: 500..=599,
                    ..
                }
        );
        self.failed += 1;
        match self.client.retry_policy().pause_after(self.failed) {
            Some(pause) if passing => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
            _ => {
                self.failed = 0;
                Err(error)
            }
        }
    }

    fn note(&mut self, message: &Message) {
        self.failed = 0;
        if let Some(id) = message.id.as_ref().filter(|id| !id.is_empty()) {
            self.cursor = Some(id.clone());
        }
        match message.event.as_str() {
            // Behind a known place the stream goes on from there, and that place is the better one.
            "start" if self.cursor.is_none() => {
                let start = serde_json::from_str::<StreamStart>(&message.data).ok();
                self.cursor = start.map(|it| it.cursor);
            }
            "start" => {}
            // This client read too slowly, and events were dropped.
            "expired" => {
                self.cursor = None;
                self.open = None;
            }
            _ => self.note_event(&message.data),
        }
    }

    fn note_event(&mut self, data: &str) {
        // An event that this client cannot read is one that it does not know: newer engines may send such.
        let Ok(event) = serde_json::from_str::<Event>(data) else {
            return;
        };
        self.cursor = Some(event.cursor.clone());
        if self.wants(&event) {
            self.ready.push_back(StreamItem::Event(Box::new(event)));
        }
    }

    /// The stream carries all nodes' events; what concerns no node in particular concerns everybody.
    fn wants(&self, event: &Event) -> bool {
        let (Some(wanted), Some(node)) = (&self.node, event.node) else {
            return true;
        };
        event.name.as_ref() == Some(wanted) || node.to_string() == wanted.to_ascii_lowercase()
    }
}

/// The messages of the next piece; none when the connection ended, broke, fell silent or sent nonsense.
async fn read(open: &mut Open) -> Option<Vec<Message>> {
    let piece = tokio::time::timeout(SILENCE, open.response.chunk()).await;
    let bytes = piece.ok()?.ok()??;
    let mut messages = Vec::new();
    open.decoder.take(&bytes, &mut messages).ok()?;
    Some(messages)
}
