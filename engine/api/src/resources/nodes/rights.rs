//! Which fields of a node a project's users may change: Ironic's policies `baremetal:node:update:*`.

use crate::access::{Access, NOBODY, NodeRule, OWNER_MANAGE, OWNER_USE, PROVISION, USE};
use crate::attributes::Write;
use crate::attributes::node::TABLE;
use crate::call::Call;
use crate::error::ApiError;
use crate::patch::Operation;
use model::Node;
use serde_json::Value;

/// Fields, by how their names begin, and what changing them takes. What is not here takes what a patch takes at all.
const FIELDS: &[(&str, Option<Access>)] = &[
    ("instance_info", Some(PROVISION)),
    ("instance_name", Some(PROVISION)),
    ("extra", Some(USE)),
    ("driver_info", Some(OWNER_USE)),
    ("properties", Some(OWNER_USE)),
    ("chassis_uuid", None),
    ("instance_uuid", Some(OWNER_USE)),
    ("lessee", Some(OWNER_USE)),
    ("owner", None),
    ("driver", Some(OWNER_MANAGE)),
    ("network_data", Some(OWNER_USE)),
    ("conductor_group", None),
    ("name", Some(OWNER_USE)),
    ("retired", Some(OWNER_USE)),
    ("shard", None),
    ("parent_node", None),
    ("disable_power_off", None),
];

/// Whether the caller may do all of these.
pub(super) fn allow(call: &Call, node: &Node, operations: &[Operation]) -> bool {
    operations.iter().all(|operation| {
        let rule = rule(operation.root(), operation.value());
        rule.is_none_or(|rule| call.is_allowed(node, rule))
    })
}

/// Refuses what the caller may not.
///
/// # Errors
/// 403.
pub(super) fn check(call: &Call, node: &Node, operations: &[Operation]) -> Result<(), ApiError> {
    match allow(call, node, operations) {
        true => Ok(()),
        false => Err(call.denied()),
    }
}

/// Every field that a patch may change, and who may. Where it counts what is written, that stands beside the name.
pub(crate) fn field_rules() -> Vec<(String, NodeRule)> {
    let patch = match USE {
        Access::Node(rule) => rule,
        _ => NOBODY,
    };
    let names = TABLE.iter().filter(|row| row.write != Write::Create);
    let mut all: Vec<(String, NodeRule)> = names
        .map(|row| {
            let rule = rule(row.name, &Value::Bool(true)).unwrap_or(patch);
            (format!("`{}`", row.name), rule)
        })
        .collect();
    let off = rule("automated_clean", &Value::Bool(false)).unwrap_or(patch);
    all.push(("`automated_clean` off".to_owned(), off));
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

fn rule(field: &str, value: &Value) -> Option<NodeRule> {
    let of = |access: Option<Access>| match access {
        Some(Access::Node(rule)) => rule,
        _ => NOBODY,
    };
    if let Some((_, access)) = FIELDS.iter().find(|(name, _)| field.starts_with(name)) {
        return Some(of(*access));
    }
    if field.ends_with("_interface") {
        return Some(of(Some(OWNER_MANAGE)));
    }
    // Whoever leaves cleaning out hands the machine on with what is on it.
    let switched_off = field == "automated_clean" && !is_on(value);
    switched_off.then_some(NOBODY)
}

fn is_on(value: &Value) -> bool {
    match value {
        Value::Bool(on) => *on,
        Value::String(text) => crate::args::parse_flag(text).unwrap_or(true),
        Value::Number(number) => number.as_i64() != Some(0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ProjectRole;

    #[test]
    fn the_guide_tells_what_lessees_may_change() {
        let guide = include_str!("../../../../../docs/guide/authentication.md");
        for role in [ProjectRole::Member, ProjectRole::Manager] {
            let rules = field_rules().into_iter();
            let may = rules.filter(|(_, rule)| rule.lessee == Some(role));
            let names: Vec<String> = may.map(|(name, _)| name).collect();
            let listed = names.join(", ");
            assert!(guide.contains(&listed), "{role:?}: {listed}");
        }
    }
}
