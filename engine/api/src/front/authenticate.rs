//! Who asks, found out before anything of a request is looked at but its path and version; and the trace that each change leaves of who
//! made it.

use super::body;
use crate::app::App;
use crate::auth::Caller;
use crate::call::Head;
use crate::resources;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Asker;
use ports::asker;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// How much of a stranger's body is taken in, so that the stranger reads the answer.
const PASSED_OVER: usize = 64 << 10;
/// So much of a path is told.
const TOLD: usize = 256;

/// Finds out who asks, and turns strangers away.
pub(crate) async fn authenticate(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match &app.config.accounts {
        None => Caller::anybody(),
        Some(_) if is_open(&request) => Caller::stranger(),
        Some(accounts) => {
            let now = app.config.clock.now();
            let header = request.headers().get(AUTHORIZATION).cloned();
            match accounts.caller(header.as_ref(), from(&request), now).await {
                Ok(caller) => caller,
                Err(denial) => {
                    body::pass_over(request.body_mut(), PASSED_OVER).await;
                    return denial.into_response();
                }
            }
        }
    };
    let caller = Arc::new(caller);
    request.extensions_mut().insert(Arc::clone(&caller));
    let trace = Trace::of(&request, &caller);
    let asker = caller.user.clone().map(|user| Asker {
        user,
        project: caller.project().map(str::to_owned),
    });
    let response = asker::on_behalf(asker, next.run(request)).await;
    if let Some(trace) = trace {
        trace.leave(&response);
    }
    response
}

fn is_open(request: &Request) -> bool {
    let path = request.extensions().get::<MatchedPath>();
    path.is_some_and(|path| resources::is_open(path.as_str()))
}

fn from(request: &Request) -> IpAddr {
    let head = request.extensions().get::<Arc<Head>>();
    let peer = head.and_then(|head| head.peer);
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.address.ip())
}

/// What the log tells of a change.
struct Trace {
    user: String,
    method: Method,
    path: String,
    from: IpAddr,
    id: String,
}

impl Trace {
    /// Of a request that changes something and whose caller has a name.
    fn of(request: &Request, caller: &Caller) -> Option<Self> {
        let user = caller.user.clone()?;
        let method = request.method().clone();
        if matches!(method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return None;
        }
        let head = request.extensions().get::<Arc<Head>>()?;
        Some(Self {
            user,
            method,
            path: request.uri().path().chars().take(TOLD).collect(),
            from: from(request),
            id: head.id.clone(),
        })
    }

    fn leave(&self, response: &Response) {
        let (status, user) = (response.status().as_u16(), self.user.as_str());
        let (path, method, id) = (self.path.as_str(), self.method.as_str(), self.id.as_str());
        tracing::info!(target: "audit", user, method, path, status, from = %self.from, request = id, "change asked for");
    }
}
