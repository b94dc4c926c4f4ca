//! Rules of the flags that hold a node back: protected, retired, maintenance.

use crate::{Fact, ProvisionAsked, judge_delete, judge_edit, judge_editable, may_verb};
use model::{Node, ProvisionState as S, RefusalKind, StateClass, Timestamp, Verb};
use uuid::Uuid;

use super::world::World;

fn node(state: S) -> Node {
    let mut node = Node::new(Uuid::from_u128(1), "fake-hardware", Timestamp::default());
    node.provision_state = state;
    node
}

#[test]
fn a_node_is_protected_only_where_something_runs_on_it() {
    for state in S::ALL.iter().filter(|state| state.is_stable()) {
        let old = node(*state);
        let mut new = old.clone();
        new.protected = true;
        let verdict = judge_edit(&old, &new);
        let expected = matches!(state, S::Active | S::Rescue);
        assert_eq!(verdict.is_ok(), expected, "{state}");
        if let Err(refusal) = verdict {
            assert_eq!(refusal.kind, RefusalKind::WrongState);
        }
        // What protects it already is taken away and explained anywhere.
        new.protected_reason = Some("why".to_owned());
        let mut other = new.clone();
        other.protected_reason = None;
        assert!(judge_edit(&new, &other).is_ok(), "{state}");
        other.protected = false;
        assert!(judge_edit(&new, &other).is_ok(), "{state}");
    }
}

#[test]
fn a_protected_node_keeps_what_it_has() {
    for state in [S::Active, S::Rescue] {
        let mut node = node(state);
        node.protected = true;
        node.protected_reason = Some("the database".to_owned());
        for verb in [Verb::Undeploy, Verb::Rebuild] {
            if crate::table::next(state, crate::table::Event::Verb(verb)).is_none() {
                continue;
            }
            let refusal = may_verb(&node, verb).unwrap_err();
            assert_eq!(refusal.kind, RefusalKind::Forbidden, "{state} {verb}");
            assert!(refusal.message.contains("the database"));
        }
        for maintenance in [false, true] {
            node.maintenance = maintenance;
            let refusal = judge_delete(&node).unwrap_err();
            assert_eq!(refusal.kind, RefusalKind::Forbidden, "{state}");
        }
    }
}

#[test]
fn a_verb_is_refused_by_the_name_that_it_was_asked_by() {
    let refusal = crate::may_verb_named(&node(S::Enroll), Verb::Undeploy, "deleted").unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::NotPossible);
    assert!(refusal.message.contains("\"deleted\"") && refusal.message.contains("\"enroll\""));
}

#[test]
fn a_retired_node_goes_to_manageable_and_no_further() {
    let old = node(S::Available);
    let mut new = old.clone();
    new.retired = true;
    assert_eq!(
        judge_edit(&old, &new).unwrap_err().kind,
        RefusalKind::WrongState
    );
    for state in [S::Enroll, S::Manageable, S::Active, S::DeployFailed] {
        let old = node(state);
        let mut new = old.clone();
        new.retired = true;
        assert!(judge_edit(&old, &new).is_ok(), "{state}");
    }
    let mut world = World::fake();
    world.node.provision_state = S::Manageable;
    world.node.retired = true;
    let provide = Fact::Provision(ProvisionAsked::new(Verb::Provide));
    let refusal = world.tell(provide).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Invalid);
    assert!(refusal.message.contains("because it is retired"));
}

#[test]
fn a_reason_needs_its_flag() {
    for reason in ["protected", "retired"] {
        let old = node(S::Active);
        let mut new = old.clone();
        match reason {
            "protected" => new.protected_reason = Some("why".to_owned()),
            _ => new.retired_reason = Some("why".to_owned()),
        }
        let refusal = judge_edit(&old, &new).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert!(refusal.message.contains(reason));
    }
    // One that is there already, or says nothing, stands in nobody's way.
    let mut old = node(S::Active);
    old.retired_reason = Some("enrolled with it".to_owned());
    let mut new = old.clone();
    new.description = Some("other".to_owned());
    new.protected_reason = Some(String::new());
    judge_edit(&old, &new).unwrap();
}

#[test]
fn what_is_in_use_is_deleted_only_in_maintenance() {
    for state in S::ALL {
        let mut node = node(*state);
        let free = matches!(
            state,
            S::Enroll | S::Manageable | S::Available | S::AdoptFailed
        );
        assert_eq!(judge_delete(&node).is_ok(), free, "{state}");
        node.maintenance = true;
        assert!(judge_delete(&node).is_ok(), "{state}");
        node.maintenance = false;
        node.instance_uuid = Some("an instance".to_owned());
        assert!(judge_delete(&node).is_err(), "{state}");
    }
}

/// Ironic's states in which a node with a target may be changed.
const EDITABLE: &[S] = &[
    S::DeployFailed,
    S::InspectWait,
    S::InspectFailed,
    S::CleanFailed,
    S::Error,
    S::Verifying,
    S::AdoptFailed,
    S::RescueFailed,
    S::UnrescueFailed,
    S::ServiceHold,
    S::ServiceFailed,
];

#[test]
fn a_node_on_its_way_is_changed_only_where_ironic_lets_it() {
    for state in S::ALL {
        let mut node = node(*state);
        node.target_provision_state = (!state.is_stable()).then_some(S::Active);
        let expected = state.is_stable() || EDITABLE.contains(state);
        assert_eq!(judge_editable(&node).is_ok(), expected, "{state}");
    }
}

#[test]
fn who_has_the_node_stands_in_the_refusal() {
    for state in S::ALL.iter().filter(|it| it.class() == StateClass::Working) {
        let refusal = crate::judge_idle(&node(*state)).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Busy);
        let text = format!(
            "is locked by host {}, please retry after the current operation is completed.",
            crate::LOCK_HOLDER
        );
        assert!(refusal.message.contains(&text), "{}", refusal.message);
        assert!(refusal.message.contains(state.as_str()));
    }
}
