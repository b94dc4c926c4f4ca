//! `GET /` and `GET /v1`: who this is, which versions it speaks, which collections it has. Open to everybody.

use crate::answer;
use crate::app::App;
use crate::call::Call;
use crate::error::Answer;
use api_types::{Link, Root, RootV1, VersionDocument};
use axum::Router;
use axum::routing::get;
use std::collections::BTreeMap;

/// Clients look for this name.
const NAME: &str = "OpenStack Ironic API";
const DESCRIPTION: &str = "Hammerscale: a bare metal provisioning engine that speaks Ironic's API.";

/// The collections and since when they exist. Only those that are served here.
const COLLECTIONS: &[(&str, u16)] = &[
    ("nodes", 1),
    ("ports", 1),
    ("drivers", 1),
    ("lookup", 22),
    ("heartbeat", 22),
    ("conductors", 49),
    ("continue_inspection", 84),
];

/// The root alone: for agents too.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/", get(root))
}

/// The document of the version.
pub(crate) fn v1_routes() -> Router<App> {
    Router::new().route("/v1", get(v1))
}

async fn root(call: Call) -> Answer {
    let version = VersionDocument::served(call.public());
    answer::ok(&Root {
        name: NAME.to_owned(),
        description: DESCRIPTION.to_owned(),
        default_version: version.clone(),
        versions: vec![version],
    })
}

async fn v1(call: Call) -> Answer {
    let public = call.public();
    let mut described = Link::new(
        "https://docs.openstack.org/api-ref/baremetal/",
        "describedby",
    );
    described.media_type = Some("text/html".to_owned());
    let collections = COLLECTIONS
        .iter()
        .filter(|(_, since)| call.version().has(*since))
        .map(|(name, _)| ((*name).to_owned(), Link::pair(public, &format!("{name}/"))))
        .collect();
    answer::ok(&RootV1 {
        id: "v1".to_owned(),
        links: vec![Link::new(format!("{public}/v1/"), "self"), described],
        media_types: BTreeMap::from([
            ("base".to_owned(), "application/json".to_owned()),
            (
                "type".to_owned(),
                "application/vnd.openstack.ironic.v1+json".to_owned(),
            ),
        ]),
        version: VersionDocument::served(public),
        collections,
    })
}
