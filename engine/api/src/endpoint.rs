//! Endpoints as data: what a path and a method are for, since which microversion, who may call them, and what they take and show.
//! The router, the OpenAPI document and the list of endpoints are made from this. It serves nothing itself.

use crate::EndpointInfo;
use crate::access::Access;
use crate::app::App;
use crate::attributes::{Attribute, Write};
use crate::config::Limits;
use crate::error::name_conductor;
use crate::front::admit::{admit, hold_back};
use crate::member::Member;
use api_types::field::Field;
use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, on};
use ports::asker;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a request gets whose version is older than the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooOld {
    /// 404, said by the resource: a fault, with the headers of versions. Most endpoints.
    Said,
    /// 404: there is no such path in that version. Mostly what is below an item.
    NotFound,
    /// 405, said by the resource.
    Refused,
    /// 405: the path is known, the method is not.
    NotAllowed,
    /// 406: the version is too low for it, and the answer says so.
    NotAcceptable,
    /// The handler decides.
    Handled,
}

/// A document that an endpoint shows or takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Document {
    /// Nothing, or nothing that a table describes.
    None,
    /// One document: its name and its fields.
    One(&'static str, &'static [Field]),
    /// A list: the key that it stands under, the name of an item and its fields.
    List(&'static str, &'static str, &'static [Field]),
}

/// What is known of an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub method: Method,
    /// As axum writes it, without `/v1`: `/nodes/{node}`.
    pub path: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// It exists from `1.since` on.
    pub since: u16,
    pub too_old: TooOld,
    pub access: Access,
    /// The status of a success.
    pub status: u16,
    pub shows: Document,
    pub takes: Document,
    /// The fields of that document that a client may write; none: not said.
    pub writes: Option<Vec<&'static str>>,
    /// The members of its body, as far as it is no document, or more is known of them than the document's fields tell.
    pub members: &'static [Member],
    /// What its query may hold, and the microversion that added each; none: the handler takes arguments from the body and the query alike.
    pub arguments: Option<Vec<Argument>>,
    /// How many bytes of body are accepted.
    pub body: fn(&Limits) -> usize,
}

/// An argument of a query, and the microversion that added it.
pub(crate) type Argument = (&'static str, u16);

/// The arguments of every list.
const PAGING: &[Argument] = &[
    ("limit", 1),
    ("marker", 1),
    ("sort_key", 1),
    ("sort_dir", 1),
];
/// The argument that selects fields.
const FIELDS: Argument = ("fields", 8);
/// The argument that asks a list for all fields.
const DETAIL: Argument = ("detail", 43);

/// Paths that are not Ironic's, by how they begin.
const OURS: &[&str] = &["/hammerscale", "/healthz", "/metrics", "/v1"];

impl Spec {
    /// The part that others may know.
    pub fn info(&self) -> EndpointInfo {
        let method = match self.method {
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            _ => "GET",
        };
        EndpointInfo {
            method,
            path: self.path,
            since: self.since,
            summary: self.summary,
            is_open: self.access == Access::Open,
        }
    }

    /// The collection of Ironic's API that it belongs to.
    pub fn collection(&self) -> Option<&'static str> {
        let ours = OURS.iter().any(|ours| self.path.starts_with(ours));
        let first = self.path.split('/').nth(1);
        first.filter(|first| !ours && !first.is_empty())
    }
}

/// An endpoint: what is known of it, and what it does.
pub(crate) struct Endpoint {
    pub spec: Spec,
    route: Box<dyn FnOnce(Arc<Spec>) -> MethodRouter<App> + Send>,
}

impl Endpoint {
    fn new<H, T>(
        method: Method,
        path: &'static str,
        handler: H,
        status: u16,
        summary: &'static str,
    ) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        let access = match method {
            Method::GET => Access::FleetReader,
            _ => Access::Admin,
        };
        Self {
            spec: Spec {
                method,
                path,
                summary,
                since: 1,
                too_old: TooOld::Said,
                access,
                status,
                shows: Document::None,
                takes: Document::None,
                writes: None,
                members: &[],
                arguments: Some(Vec::new()),
                body: |limits| limits.body,
            },
            route: Box::new(move |spec| guarded(spec, handler)),
        }
    }

    /// `GET`, answered with 200.
    pub fn get<H, T>(path: &'static str, handler: H, summary: &'static str) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::GET, path, handler, 200, summary)
    }

    /// `POST`, answered with 201 unless [`Self::status`] says otherwise.
    pub fn post<H, T>(path: &'static str, handler: H, summary: &'static str) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::POST, path, handler, 201, summary)
    }

    /// `PUT`, answered with 202 unless [`Self::status`] says otherwise.
    pub fn put<H, T>(path: &'static str, handler: H, summary: &'static str) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::PUT, path, handler, 202, summary)
    }

    /// `PATCH`, answered with 200.
    pub fn patch<H, T>(path: &'static str, handler: H, summary: &'static str) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::PATCH, path, handler, 200, summary)
    }

    /// `DELETE`, answered with 204 unless [`Self::status`] says otherwise.
    pub fn delete<H, T>(path: &'static str, handler: H, summary: &'static str) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::DELETE, path, handler, 204, summary)
    }

    /// It exists from `1.minor` on; before, 404.
    pub fn since(mut self, minor: u16) -> Self {
        self.spec.since = minor;
        self
    }

    /// What older versions get instead of 404.
    pub fn too_old(mut self, answer: TooOld) -> Self {
        self.spec.too_old = answer;
        self
    }

    /// Who may call it. Unless said, only those of the whole fleet: readers for `GET`, administrators for everything else.
    pub fn access(mut self, access: Access) -> Self {
        self.spec.access = access;
        self
    }

    /// The status of a success.
    pub fn status(mut self, status: u16) -> Self {
        self.spec.status = status;
        self
    }

    /// It answers with one document; with `GET` the query may select fields of it.
    pub fn shows(mut self, name: &'static str, fields: &'static [Field]) -> Self {
        self.spec.shows = Document::One(name, fields);
        match self.spec.method {
            Method::GET => self.filters(&[FIELDS]),
            _ => self,
        }
    }

    /// It answers with a list under `key`, in pages.
    pub fn lists(
        mut self,
        key: &'static str,
        name: &'static str,
        fields: &'static [Field],
    ) -> Self {
        self.spec.shows = Document::List(key, name, fields);
        match self.spec.path.ends_with("/detail") {
            true => self.filters(PAGING),
            false => self.filters(PAGING).filters(&[FIELDS, DETAIL]),
        }
    }

    /// It takes a document of these fields.
    pub fn takes(mut self, name: &'static str, fields: &'static [Field]) -> Self {
        self.spec.takes = Document::One(name, fields);
        self
    }

    /// Of the document that it takes, a client may write the attributes of this table.
    pub fn writes<T>(mut self, table: &[Attribute<T>]) -> Self {
        let rows = table.iter().filter(|row| row.write != Write::Patch);
        self.spec.writes = Some(rows.map(|row| row.name).collect());
        self
    }

    /// Its query may hold these, too.
    pub fn filters(mut self, filters: &[Argument]) -> Self {
        let arguments = self.spec.arguments.get_or_insert_default();
        arguments.extend_from_slice(filters);
        self
    }

    /// Its query may hold these and nothing else, whatever the documents that it shows.
    pub fn arguments(mut self, arguments: &[Argument]) -> Self {
        self.spec.arguments = Some(arguments.to_vec());
        self
    }

    /// Unlike other lists it could be asked for all fields from `1.minor` on.
    pub fn detail_since(mut self, minor: u16) -> Self {
        for argument in self.spec.arguments.iter_mut().flatten() {
            if argument.0 == DETAIL.0 {
                argument.1 = minor;
            }
        }
        self
    }

    /// It takes these arguments from the body and the query alike, and refuses by itself what it does not know.
    pub fn takes_arguments(mut self, members: &'static [Member]) -> Self {
        self.spec.arguments = None;
        self.spec.members = members;
        self
    }

    /// Its body has these members.
    pub fn holds(mut self, members: &'static [Member]) -> Self {
        self.spec.members = members;
        self
    }

    /// It takes a body of another size than usual.
    pub fn body(mut self, most: fn(&Limits) -> usize) -> Self {
        self.spec.body = most;
        self
    }
}

/// The handler behind its gate.
fn guarded<H, T>(spec: Arc<Spec>, handler: H) -> MethodRouter<App>
where
    H: Handler<T, App> + Sync,
    T: 'static,
{
    let Ok(filter) = MethodFilter::try_from(spec.method.clone()) else {
        // Only the methods of the constructors above exist.
        return MethodRouter::new();
    };
    on(filter, move |State(app): State<App>, request: Request| {
        let (spec, handler) = (Arc::clone(&spec), handler.clone());
        async move {
            match admit(&app, spec, request).await {
                Ok((request, facts)) => {
                    let engine = Arc::clone(&app.engine);
                    let work = handler.call(request, app);
                    let response = match facts.right() {
                        Some(right) => asker::within(right, work).await,
                        None => work.await,
                    };
                    name_conductor(hold_back(&facts, response), engine.conductor_name())
                }
                Err(error) => error.into_response(),
            }
        }
    })
}

/// The router of endpoints; several methods of one path become one route.
pub(crate) fn router(endpoints: Vec<Endpoint>) -> Router<App> {
    let mut paths: BTreeMap<&'static str, MethodRouter<App>> = BTreeMap::new();
    for Endpoint { spec, route } in endpoints {
        let path = spec.path;
        let method = route(Arc::new(spec));
        let known = paths.remove(path).unwrap_or_default();
        paths.insert(path, known.merge(method));
    }
    let routes = paths.into_iter();
    routes.fold(Router::new(), |all, (path, method)| all.route(path, method))
}
