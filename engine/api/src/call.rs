//! One request as handlers see it: version chosen, body read and bounded, query parsed. Made by the front, nowhere else.

use crate::access::{Access, NodeRule, ProjectRole, SEE};
use crate::app::App;
use crate::auth::{Caller, Role};
use crate::error::ApiError;
use crate::front::body::Held;
use crate::member::{Member, missing};
use api_types::Microversion;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use model::{Node, Refusal, RefusalKind};
use ports::asker::Right;
use serde_json::{Map, Value};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whom a connection comes from, as the listener saw it. Put into each request's extensions by `serve`.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
}

/// What the front found out about a request before its endpoint is known.
pub(crate) struct Head {
    pub version: Microversion,
    /// Scheme and host that links start with.
    pub public: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub peer: Option<Peer>,
    /// The request's id.
    pub id: String,
}

/// A request whose endpoint is known and whose body is read.
pub(crate) struct Facts {
    pub head: Arc<Head>,
    pub caller: Arc<Caller>,
    /// What the endpoint asks of callers.
    pub access: Access,
    /// The members that the endpoint's body has.
    pub members: &'static [Member],
    /// Whether the caller was found to have a right on a node.
    pub judged: AtomicBool,
    pub body: Held,
}

impl Facts {
    fn is_allowed(&self, node: &Node, rule: NodeRule) -> bool {
        let (owner, lessee) = (node.owner.as_deref(), node.lessee.as_deref());
        self.is_allowed_of(owner, lessee, rule)
    }

    fn is_allowed_of(&self, owner: Option<&str>, lessee: Option<&str>, rule: NodeRule) -> bool {
        // Agents have no names; the engine knows them by other means.
        if self.access == Access::Open {
            return true;
        }
        match &self.caller.role {
            Some(Role::Admin) => true,
            Some(Role::SystemReader) => rule.reads,
            Some(Role::Project { role, project }) => rule.allows(*role, project, owner, lessee),
            None => false,
        }
    }

    /// The endpoint's rule as the engine applies it when a node's turn comes: the node may have changed hands since it was looked up.
    /// None: the endpoint is not about a node, and its handler judges what it shows.
    pub fn right(self: &Arc<Self>) -> Option<Right> {
        match self.access {
            Access::Node(rule) => Some(self.right_of(rule)),
            _ => None,
        }
    }

    fn right_of(self: &Arc<Self>, rule: NodeRule) -> Right {
        let facts = Arc::clone(self);
        Arc::new(move |node: &Node| {
            if !facts.is_allowed(node, SEE) {
                let missing = format!("Node {} could not be found.", node.uuid);
                return Err(Refusal::new(RefusalKind::NotFound, missing));
            }
            match facts.is_allowed(node, rule) {
                true => Ok(()),
                false => Err(denied_in_turn()),
            }
        })
    }
}

/// As Ironic words it.
const DENIED: &str =
    "Access was denied to the following resource: the caller's role does not allow this.";

/// 403, said in a node's turn.
pub(crate) fn denied_in_turn() -> Refusal {
    Refusal::new(RefusalKind::Forbidden, DENIED)
}

/// A request.
#[derive(Clone)]
pub(crate) struct Call {
    pub app: App,
    facts: Arc<Facts>,
}

impl Call {
    /// The version chosen.
    pub fn version(&self) -> Microversion {
        self.facts.head.version
    }

    /// Scheme and host that links start with.
    pub fn public(&self) -> &str {
        &self.facts.head.public
    }

    /// The members that the endpoint's body has.
    pub fn members(&self) -> &'static [Member] {
        self.facts.members
    }

    /// The query, decoded, in order.
    pub fn query(&self) -> &[(String, String)] {
        &self.facts.head.query
    }

    /// The last value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut all = self.facts.head.query.iter().rev();
        all.find(|(key, _)| key == name).map(|(_, v)| v.as_str())
    }

    /// A request header, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.facts
            .head
            .headers
            .get(name)
            .and_then(|v| v.to_str().ok())
    }

    /// Where the request comes from.
    ///
    /// # Errors
    /// The listener did not say: only possible when the router is served by something else than this crate's `serve`.
    pub fn peer(&self) -> Result<SocketAddr, ApiError> {
        let peer = self.facts.head.peer.map(|peer| peer.address);
        peer.ok_or_else(|| ApiError::failed("The sender's address is not known here."))
    }

    /// The project whose nodes alone the caller sees; none: all.
    pub fn project(&self) -> Option<&str> {
        self.facts.caller.project()
    }

    /// Whether the caller may do what the endpoint is for, on this node. A node that the caller must not see is answered with `hidden`.
    ///
    /// # Errors
    /// `hidden`, or 403.
    pub fn judge(&self, node: &Node, hidden: impl FnOnce() -> ApiError) -> Result<(), ApiError> {
        if !self.is_allowed(node, SEE) {
            return Err(hidden());
        }
        match self.facts.access {
            Access::Node(rule) if !self.is_allowed(node, rule) => Err(self.denied()),
            _ => {
                self.facts.judged.store(true, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// A rule as the engine applies it in a node's turn, for what the endpoint does on a node besides what it is about.
    pub fn right(&self, rule: NodeRule) -> Right {
        self.facts.right_of(rule)
    }

    /// Whether the caller has this right on a node.
    pub fn is_allowed(&self, node: &Node, rule: NodeRule) -> bool {
        self.facts.is_allowed(node, rule)
    }

    /// Whether the caller has this right on something of this owner and lessee.
    pub fn is_allowed_of(&self, owner: Option<&str>, lessee: Option<&str>, rule: NodeRule) -> bool {
        self.facts.is_allowed_of(owner, lessee, rule)
    }

    /// The caller's project, which must let the caller decide in it; none for administrators.
    ///
    /// # Errors
    /// 403 for everybody else.
    pub fn managed_project(&self) -> Result<Option<&str>, ApiError> {
        match &self.facts.caller.role {
            Some(Role::Admin) => Ok(None),
            Some(Role::Project { role, project }) if *role >= ProjectRole::Manager => {
                Ok(Some(project))
            }
            _ => Err(self.denied()),
        }
    }

    /// 403, as Ironic words it.
    pub fn denied(&self) -> ApiError {
        ApiError::forbidden(DENIED)
    }

    /// 404 unless the version has what `1.minor` added.
    pub fn path_since(&self, minor: u16) -> Result<(), ApiError> {
        if self.version().has(minor) {
            return Ok(());
        }
        Err(ApiError::no_such_path(format!(
            "This path exists from version 1.{minor} on; the request is for version {}.",
            self.version()
        )))
    }

    /// 406 unless the version has what `1.minor` added.
    pub fn needs(&self, what: &str, minor: u16) -> Result<(), ApiError> {
        if self.version().has(minor) {
            return Ok(());
        }
        Err(ApiError::too_new(format!(
            "{what} needs version 1.{minor} or later; the request is for version {}.",
            self.version()
        )))
    }

    /// The body as JSON; none when it is empty. It is taken once.
    ///
    /// # Errors
    /// What is not JSON, or goes beyond a bound, is 400 and says where.
    pub fn json(&self) -> Result<Option<Value>, ApiError> {
        self.facts.body.json(&self.app)
    }

    /// Looks at the body, and leaves it to be taken; none when it is empty.
    ///
    /// # Errors
    /// As for [`Self::json`].
    pub fn look_at_json<T>(&self, look: impl FnOnce(&Value) -> T) -> Result<Option<T>, ApiError> {
        self.facts.body.look_at(&self.app, look)
    }

    /// The body as a JSON object.
    ///
    /// # Errors
    /// Anything else is 400.
    pub fn object(&self) -> Result<Map<String, Value>, ApiError> {
        match self.json()? {
            Some(Value::Object(object)) => Ok(object),
            _ => Err(ApiError::invalid("The body must be a JSON object.")),
        }
    }

    /// The body as a JSON object in which nothing is missing.
    ///
    /// # Errors
    /// Anything else is 400; it names what is missing.
    pub fn whole(&self, members: &[Member]) -> Result<Map<String, Value>, ApiError> {
        let body = self.object()?;
        match missing(members, &body) {
            None => Ok(body),
            Some(name) => Err(ApiError::invalid(format!("'{name}' is required."))),
        }
    }
}

impl FromRequestParts<App> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let facts = parts.extensions.get::<Arc<Facts>>().cloned();
        let facts = facts.ok_or_else(|| ApiError::failed("The request was not prepared."))?;
        let app = app.clone();
        Ok(Self { app, facts })
    }
}
