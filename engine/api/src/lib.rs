//! The HTTP API: Ironic's documents and rules on the outside, the engine's port on the inside. One file a resource under
//! `resources/`, one line in its list. It decides nothing about a node's life: it reads, checks the form of what is asked, and asks.

#[allow(dead_code, reason = "the OpenAPI document and the roles read it")]
mod access;
mod answer;
mod app;
mod args;
mod attributes;
mod call;
mod collection;
mod config;
mod documents;
#[allow(dead_code, reason = "the OpenAPI document reads it")]
mod endpoint;
mod error;
mod front;
#[doc(hidden)]
pub mod fuzzing;
mod ident;
mod page;
mod paging;
mod patch;
mod resources;
mod selection;
mod serve;
mod tls;

pub use call::Peer;
pub use config::{ApiConfig, Limits, RenderMetrics};
pub use serve::{ListenerLimits, ServeError, serve};
pub use tls::{TlsConfig, TlsError};

use app::App;
use axum::Router;
use ports::engine::Engine;
use ports::store::Store;
use std::sync::Arc;

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
