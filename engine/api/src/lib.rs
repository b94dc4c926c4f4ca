//! The HTTP API: Ironic's documents and rules on the outside, the engine's port on the inside. One file a resource under
//! `resources/`, one line in its list. It decides nothing about a node's life: it reads, checks the form of what is asked, and asks.

mod access;
mod answer;
mod app;
mod args;
mod attributes;
mod auth;
mod call;
mod collection;
mod config;
mod documents;
mod endpoint;
mod error;
mod front;
#[doc(hidden)]
pub mod fuzzing;
mod ident;
mod member;
mod openapi;
mod page;
mod paging;
mod patch;
mod resources;
mod rights;
mod selection;
mod serve;
mod stamp;
mod tls;
mod view;

pub use access::ProjectRole;
pub use auth::{Accounts, AccountsError, HtpasswdError, NoRole, Role, Roles};
pub use call::Peer;
pub use config::{ApiConfig, Limits, RenderMetrics};
pub use serve::{ListenerLimits, ServeError, serve};
pub use tls::{TlsConfig, TlsError};

use app::App;
use axum::Router;
use ports::engine::Engine;
use ports::store::Store;
use std::sync::Arc;

/// What is known of an endpoint of the operators' API.
#[derive(Clone, Copy, Debug)]
pub struct EndpointInfo {
    /// Its method.
    pub method: &'static str,
    /// Its path without `/v1`, with parameters in braces.
    pub path: &'static str,
    /// The microversion `1.since` added it.
    pub since: u16,
    /// One line for people.
    pub summary: &'static str,
    /// Whether nobody is asked for a name.
    pub is_open: bool,
}

/// The OpenAPI document of the operators' API, as indented JSON.
pub fn openapi() -> String {
    let document = openapi::document(resources::specs());
    format!("{document:#}\n")
}

/// Who may do what, as Markdown.
pub fn rights() -> String {
    rights::markdown()
}

/// Every endpoint of the operators' API.
pub fn endpoints() -> Vec<EndpointInfo> {
    resources::specs().map(|spec| spec.info()).collect()
}

/// The operators' API: everything.
pub fn router(engine: Arc<dyn Engine>, store: Arc<dyn Store>, config: ApiConfig) -> Router {
    let app = App::new(engine, store, config);
    front::around(resources::operator(), app)
}

/// The agents' listener: the root document, lookup, heartbeat and continue_inspection, and nothing else.
pub fn agent_router(engine: Arc<dyn Engine>, store: Arc<dyn Store>, config: ApiConfig) -> Router {
    let config = ApiConfig {
        agents_listener: true,
        ..config
    };
    let app = App::new(engine, store, config);
    front::around(resources::agent(), app)
}
