//! The resources: one file each, one line in a list. Nothing here knows what they do.
//!
//! To add a resource, write `resources/things.rs` with
//!
//! ```text
//! pub(crate) fn endpoints() -> Vec<Endpoint> {
//!     vec![
//!         Endpoint::get("/things", list, "List things")
//!             .since(52)                             // 404 for older versions; .too_old(..) for 405 or 406
//!             .access(Access::Anyone)                // unsaid: GET for readers of the whole fleet, the rest for administrators
//!             .lists("things", "Thing", FIELDS),     // api_types' table of its fields, for the OpenAPI document
//!         Endpoint::delete("/things/{thing}", delete, "Remove a thing")
//!             .since(52)
//!             .too_old(TooOld::NotAllowed),
//!     ]
//! }
//! ```
//!
//! then `mod things;` and `things::endpoints,` below. Paths have no `/v1`. Version, access and
//! body are seen to before a handler runs; `/v1` lists the collection by itself. What a project's users may see of it is said with
//! [`crate::access`]: nodes fetched with `ident::node` are judged there.

mod agent_calls;
mod allocations;
mod bios;
mod boot_device;
mod chassis;
mod children;
mod conductors;
mod console;
mod deploy_templates;
mod drivers;
mod events;
mod explanation;
mod firmware;
mod firmware_mode;
mod health;
mod history;
mod indicators;
mod inspection;
mod inspection_rules;
mod inventory;
mod logs;
mod maintenance;
mod network_events;
mod nmi;
pub(crate) mod nodes;
mod openapi;
mod portgroups;
mod ports;
mod power;
mod provision;
mod provision_form;
mod provision_steps;
mod raid;
mod root;
mod runbooks;
mod shards;
mod states;
mod timeline;
mod traits;
mod validation;
mod vendor_passthru;
mod vifs;
mod vmedia;
mod volume;

use crate::access::Access;
use crate::app::App;
use crate::endpoint::{self, Endpoint, Spec};
use axum::Router;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

type Endpoints = fn() -> Vec<Endpoint>;

/// What operators see.
const OPERATOR: &[Endpoints] = &[
    root::endpoints,
    root::v1_endpoints,
    nodes::endpoints,
    ports::endpoints,
    portgroups::endpoints,
    volume::endpoints,
    volume::connectors::endpoints,
    volume::targets::endpoints,
    states::endpoints,
    power::endpoints,
    provision::endpoints,
    raid::endpoints,
    maintenance::endpoints,
    validation::endpoints,
    boot_device::endpoints,
    bios::endpoints,
    firmware::endpoints,
    console::endpoints,
    firmware_mode::endpoints,
    indicators::endpoints,
    nmi::endpoints,
    vmedia::endpoints,
    vifs::endpoints,
    vendor_passthru::endpoints,
    network_events::endpoints,
    inventory::endpoints,
    history::endpoints,
    children::endpoints,
    chassis::endpoints,
    shards::endpoints,
    deploy_templates::endpoints,
    runbooks::endpoints,
    inspection_rules::endpoints,
    allocations::endpoints,
    traits::endpoints,
    drivers::endpoints,
    conductors::endpoints,
    agent_calls::endpoints,
    inspection::endpoints,
    timeline::endpoints,
    logs::endpoints,
    explanation::endpoints,
    events::endpoints,
    health::endpoints,
    openapi::endpoints,
];

/// What agents see.
const AGENT: &[Endpoints] = &[
    root::endpoints,
    agent_calls::endpoints,
    inspection::endpoints,
];

/// All of the operators' resources.
pub(crate) fn operator() -> Router<App> {
    endpoint::router(listed(OPERATOR))
}

/// The agents' resources.
pub(crate) fn agent() -> Router<App> {
    endpoint::router(listed(AGENT))
}

fn listed(list: &[Endpoints]) -> Vec<Endpoint> {
    list.iter().flat_map(|endpoints| endpoints()).collect()
}

/// What is known of every endpoint.
pub(crate) fn specs() -> impl Iterator<Item = Spec> {
    listed(OPERATOR).into_iter().map(|endpoint| endpoint.spec)
}

/// Whether a path is for everybody, without a name.
pub(crate) fn is_open(path: &str) -> bool {
    static OPEN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let all = listed(OPERATOR);
        let named = all.iter().filter(|it| it.spec.access != Access::Open);
        let named: BTreeSet<_> = named.map(|it| it.spec.path).collect();
        let open = all.iter().map(|it| it.spec.path);
        open.filter(|path| !named.contains(path)).collect()
    });
    OPEN.contains(path)
}

/// The collections of `/v1` and the microversion that added each.
pub(crate) fn collections() -> impl Iterator<Item = (&'static str, u16)> {
    static ALL: LazyLock<BTreeMap<&'static str, u16>> = LazyLock::new(|| {
        let mut all = BTreeMap::new();
        for Endpoint { spec, .. } in listed(OPERATOR) {
            if let Some(name) = spec.collection() {
                let since = all.entry(name).or_insert(spec.since);
                *since = spec.since.min(*since);
            }
        }
        all
    });
    ALL.iter().map(|(name, since)| (*name, *since))
}
