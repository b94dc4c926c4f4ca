//! The resources: one file each, one line in a list. A resource brings its routes; nothing here knows what they do.

mod absent;
mod agent_calls;
mod boot_device;
mod children;
mod conductors;
mod drivers;
mod events;
mod explanation;
mod hardware;
mod health;
mod history;
mod inspection;
mod inventory;
mod logs;
mod maintenance;
mod nodes;
mod ports;
mod power;
mod provision;
mod provision_steps;
mod raid;
mod root;
mod states;
mod timeline;
mod traits;
mod validation;

use crate::app::App;
use axum::Router;

type Routes = fn() -> Router<App>;

/// What operators see.
const OPERATOR: &[Routes] = &[
    root::routes,
    root::v1_routes,
    nodes::routes,
    ports::routes,
    states::routes,
    power::routes,
    provision::routes,
    raid::routes,
    maintenance::routes,
    validation::routes,
    boot_device::routes,
    hardware::routes,
    inventory::routes,
    history::routes,
    children::routes,
    traits::routes,
    drivers::routes,
    conductors::routes,
    agent_calls::routes,
    inspection::routes,
    absent::routes,
    timeline::routes,
    logs::routes,
    explanation::routes,
    events::routes,
    health::routes,
];

/// What agents see.
const AGENT: &[Routes] = &[root::routes, agent_calls::routes, inspection::routes];

/// All of the operators' resources.
pub(crate) fn operator() -> Router<App> {
    joined(OPERATOR)
}

/// The agents' resources.
pub(crate) fn agent() -> Router<App> {
    joined(AGENT)
}

fn joined(list: &[Routes]) -> Router<App> {
    list.iter()
        .fold(Router::new(), |all, routes| all.merge(routes()))
}
