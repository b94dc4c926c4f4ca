//! Which node an allocation may have, and when it may give it back.

use crate::allocation::{
    Unfit, failed, joined, judge_backfill, judge_candidate, judge_deallocation,
};
use crate::judge_edit;
use model::{
    Allocation, AllocationState, Node, PowerState, ProvisionState, RefusalKind, StateClass,
    Timestamp,
};
use uuid::Uuid;

fn free() -> Node {
    let mut node = Node::new(Uuid::from_u128(1), "fake-hardware", Timestamp::default());
    node.provision_state = ProvisionState::Available;
    node.power_state = Some(PowerState::Off);
    node.resource_class = Some("gold".to_owned());
    node
}

fn wanted() -> Allocation {
    let mut allocation = Allocation::new(Uuid::from_u128(9), Timestamp::default());
    allocation.resource_class = Some("gold".to_owned());
    allocation
}

#[test]
fn a_node_in_another_state_is_no_candidate() {
    for state in ProvisionState::ALL {
        let mut node = free();
        node.provision_state = *state;
        let expected = match state {
            ProvisionState::Available => Ok(()),
            _ => Err(Unfit::Unavailable),
        };
        assert_eq!(judge_candidate(&node, &wanted()), expected, "{state}");
    }
}

#[test]
fn each_wish_counts() {
    type Change = fn(&mut Node, &mut Allocation);
    let all: [(Change, Result<(), Unfit>); 8] = [
        (|_, _| {}, Ok(())),
        (|node, _| node.maintenance = true, Err(Unfit::Unavailable)),
        (|_, it| it.resource_class = None, Err(Unfit::Unavailable)),
        (
            |_, it| it.candidate_nodes = vec![Uuid::from_u128(2)],
            Err(Unfit::Unavailable),
        ),
        (
            |_, it| it.candidate_nodes = vec![Uuid::from_u128(2), Uuid::from_u128(1)],
            Ok(()),
        ),
        (
            |_, it| it.owner = Some("p".to_owned()),
            Err(Unfit::Unavailable),
        ),
        (
            |node, it| {
                it.owner = Some("p".to_owned());
                node.lessee = Some("p".to_owned());
            },
            Ok(()),
        ),
        (
            |_, it| it.traits = vec!["CUSTOM_A".to_owned()],
            Err(Unfit::Traits),
        ),
    ];
    for (number, (change, expected)) in all.into_iter().enumerate() {
        let (mut node, mut allocation) = (free(), wanted());
        change(&mut node, &mut allocation);
        assert_eq!(judge_candidate(&node, &allocation), expected, "{number}");
    }
}

#[test]
fn who_has_a_node_is_no_candidates_rival() {
    let (node, active) = joined(&free(), &wanted(), Timestamp::default());
    assert_eq!(active.state, AllocationState::Active);
    assert_eq!(active.node_uuid, Some(node.uuid));
    assert_eq!(judge_candidate(&node, &wanted()), Err(Unfit::Unavailable));
    let lost = failed(&wanted(), "nothing fits", Timestamp::default());
    assert_eq!(lost.state, AllocationState::Error);
    let error = format!("Failed to process allocation {}: nothing fits.", lost.uuid);
    assert_eq!(lost.last_error, Some(error));
}

/// States from which Ironic lets an allocation go without maintenance, besides those without a target.
const LETS_GO: &[ProvisionState] = &[
    ProvisionState::DeployFailed,
    ProvisionState::InspectWait,
    ProvisionState::InspectFailed,
    ProvisionState::CleanFailed,
    ProvisionState::Error,
    ProvisionState::AdoptFailed,
    ProvisionState::RescueFailed,
    ProvisionState::UnrescueFailed,
    ProvisionState::ServiceHold,
    ProvisionState::ServiceFailed,
];

#[test]
fn a_node_in_use_or_on_its_way_keeps_its_allocation() {
    for state in ProvisionState::ALL {
        let (mut node, allocation) = joined(&free(), &wanted(), Timestamp::default());
        node.provision_state = *state;
        if !state.is_stable() {
            node.target_provision_state = Some(ProvisionState::Active);
        }
        let rests = state.is_stable() && *state != ProvisionState::Active;
        let verdict = judge_deallocation(&node, &allocation);
        assert_eq!(
            verdict.is_ok(),
            rests || LETS_GO.contains(state),
            "{state}: {verdict:?}"
        );
        if let Err(refusal) = verdict {
            let busy = state.class() == StateClass::Working;
            let kind = if busy {
                RefusalKind::Busy
            } else {
                RefusalKind::WrongState
            };
            assert_eq!(refusal.kind, kind, "{state}");
        }
        node.maintenance = true;
        let free = judge_deallocation(&node, &allocation).unwrap();
        assert_eq!((free.allocation, free.instance_uuid), (None, None));
    }
}

#[test]
fn the_instance_of_an_allocation_is_taken_only_where_nothing_runs() {
    for state in ProvisionState::ALL.iter().filter(|it| it.is_stable()) {
        let (mut node, _) = joined(&free(), &wanted(), Timestamp::default());
        node.provision_state = *state;
        let mut without = node.clone();
        without.instance_uuid = None;
        let expected = matches!(
            state,
            ProvisionState::Enroll | ProvisionState::Manageable | ProvisionState::Available
        );
        assert_eq!(judge_edit(&node, &without).is_ok(), expected, "{state}");
        node.maintenance = true;
        without.maintenance = true;
        assert!(judge_edit(&node, &without).is_ok(), "{state}");
    }
}

#[test]
fn only_an_active_node_of_the_kind_is_given_one_afterwards() {
    let mut node = free();
    assert!(judge_backfill(&node, &wanted()).is_err());
    node.provision_state = ProvisionState::Active;
    judge_backfill(&node, &wanted()).unwrap();
    let mut other = wanted();
    other.traits = vec!["CUSTOM_A".to_owned()];
    other.resource_class = Some("silver".to_owned());
    other.candidate_nodes = vec![Uuid::from_u128(2)];
    let refusal = judge_backfill(&node, &other).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Invalid);
    for part in ["silver", "CUSTOM_A", "Candidate nodes"] {
        assert!(refusal.message.contains(part), "{}", refusal.message);
    }
    node.instance_uuid = Some(Uuid::from_u128(8).to_string());
    let refusal = judge_backfill(&node, &wanted()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::WrongState);
    node.instance_uuid = Some(wanted().uuid.to_string());
    judge_backfill(&node, &wanted()).unwrap();
}

#[test]
fn a_node_whose_machine_cannot_be_taken_back_is_nobodys_all_the_same() {
    let mut world = super::world::World::fake();
    super::flows::to_active(&mut world);
    let node = &mut world.node;
    node.allocation = Some(Uuid::nil());
    node.instance_uuid = Some("an instance".to_owned());
    node.instance_name = Some("a name".to_owned());
    node.instance_info
        .expose_mut()
        .insert("image_source".to_owned(), "x".into());
    world.breaks = Some("set_power");
    world.verb(model::Verb::Undeploy);
    world.settle();
    assert_eq!(world.state(), ProvisionState::Error);
    let node = &world.node;
    assert!(node.allocation.is_none() && node.instance_uuid.is_none());
    assert!(node.instance_name.is_none() && node.instance_info.expose().is_empty());
    assert!(node.last_error.is_some());
}
