//! What of Ironic's hardware types and interfaces works here, asked of the same catalogue that the daemon uses.

use super::report::Note;
use conductor::hardware::Catalogue;
use model::{InterfaceKind, Node};
use std::collections::BTreeMap;

/// Gives the node interfaces that work here. What is replaced is noted; what could do harm when replaced, or does not work at all,
/// also takes the node out of service, with the reason.
pub fn fit(node: &mut Node, catalogue: &Catalogue, notes: &mut Vec<Note>) {
    let descriptions = catalogue.describe();
    let Some(description) = descriptions.iter().find(|it| it.name == node.driver) else {
        let names: Vec<&str> = descriptions.iter().map(|it| it.name).collect();
        let why = format!(
            "the driver '{}' does not work here or is not enabled (enabled: {})",
            node.driver,
            names.join(", ")
        );
        set_aside(node, &why, notes);
        return;
    };
    let working = &description.interfaces;
    let named: BTreeMap<InterfaceKind, String> = std::mem::take(&mut node.interfaces);
    let mut replaced = Vec::new();
    for (kind, name) in named {
        let here = working.get(&kind).cloned().unwrap_or_default();
        if here.contains(&name.as_str()) {
            node.interfaces.insert(kind, name);
            continue;
        }
        let (word, instead) = (kind.as_str(), here.first().unwrap_or(&"none"));
        replaced.push(format!("{word} {instead} (was {name})"));
        if matches!(kind, InterfaceKind::Network | InterfaceKind::Storage) {
            let why = format!("its {word}_interface was '{name}': {}", harm(kind));
            set_aside(node, &why, notes);
        }
    }
    if !replaced.is_empty() {
        notes.push(Note::changed(format!(
            "interfaces that do not work here are replaced: {}",
            replaced.join(", ")
        )));
    }
    match catalogue.resolve_interfaces(node) {
        Ok(interfaces) => node.interfaces = interfaces,
        Err(refusal) => set_aside(node, &refusal.message, notes),
    }
    if let Ok(kind) = catalogue.find(&node.driver) {
        let problems = kind.problems(node.driver_info.expose());
        notes.extend(problems.into_iter().map(Note::warning));
    }
}

fn harm(kind: InterfaceKind) -> &'static str {
    match kind {
        InterfaceKind::Storage => {
            "it may boot from a volume, and a deployment here would write to its local disk"
        }
        _ => {
            "this engine does not move machines between networks, so a tenant would stay connected while it is cleaned"
        }
    }
}

fn set_aside(node: &mut Node, why: &str, notes: &mut Vec<Note>) {
    notes.push(Note::changed(format!("put into maintenance: {why}")));
    if !node.maintenance {
        node.maintenance = true;
        node.maintenance_reason = Some(format!("Imported from Ironic: {why}"));
    }
}
