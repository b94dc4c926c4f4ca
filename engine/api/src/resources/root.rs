//! `GET /` and `GET /v1`: who this is, which versions it speaks, which collections it has. Open to everybody.

use crate::access::Access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Answer;
use api_types::{Link, Root, RootV1, VersionDocument};
use std::collections::BTreeMap;

/// Clients look for this name.
const NAME: &str = "OpenStack Ironic API";
const DESCRIPTION: &str = "Hammerscale: a bare metal provisioning engine that speaks Ironic's API.";

/// The root alone: for agents too.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("/", root, "Show which versions are served").access(Access::Open)]
}

/// The document of the version.
pub(crate) fn v1_endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("/v1", v1, "Show which collections there are").access(Access::Open)]
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
    let collections = super::collections()
        .filter(|(_, since)| call.version().has(*since))
        .map(|(name, _)| (name.to_owned(), Link::pair(public, &format!("{name}/"))))
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
