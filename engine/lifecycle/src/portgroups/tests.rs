//! Every rule of ports in port groups, each with its way out.
#![allow(clippy::unwrap_used)]

use super::*;
use model::{MacAddress, Timestamp};
use uuid::Uuid;

const NODE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn node(uuid: Uuid, state: S) -> Node {
    let mut node = Node::new(uuid, "fake-hardware", Timestamp::UNIX_EPOCH);
    node.provision_state = state;
    node
}

fn group() -> PortGroup {
    PortGroup::new(Uuid::from_u128(10), NODE, Timestamp::UNIX_EPOCH)
}

fn port(number: u8, network: Option<&str>) -> Port {
    let mac = MacAddress::new([2, 0, 0, 0, 0, number]);
    let uuid = Uuid::from_u128(100 + u128::from(number));
    let mut port = Port::new(uuid, NODE, mac, Timestamp::UNIX_EPOCH);
    port.portgroup = Some(group().uuid);
    port.physical_network = network.map(str::to_owned);
    port
}

fn kind<T: std::fmt::Debug>(judged: Result<T, Refusal>) -> RefusalKind {
    judged.unwrap_err().kind
}

#[test]
fn a_port_joins_a_group_of_its_node_only() {
    let mut stranger = port(1, None);
    stranger.node = OTHER;
    let judged = judge_membership(None, &stranger, &group(), &[]);
    assert_eq!(kind(judged), RefusalKind::Invalid);
    assert_eq!(
        judge_membership(None, &port(1, None), &group(), &[]),
        Ok(None)
    );
}

#[test]
fn a_group_without_standalone_ports_takes_none_that_boots() {
    let mut bonded = group();
    bonded.standalone_ports_supported = false;
    let booting = port(1, None);
    let mut quiet = booting.clone();
    quiet.pxe_enabled = false;
    let judge = |old, port| judge_membership(old, port, &bonded, &[]);
    assert_eq!(kind(judge(None, &booting)), RefusalKind::WrongState);
    assert_eq!(kind(judge(Some(&quiet), &booting)), RefusalKind::WrongState);
    assert_eq!(judge(None, &quiet), Ok(None));
    assert_eq!(judge(Some(&booting), &quiet), Ok(None));
    // What was so before is not judged again by a change of something else.
    let mut renamed = booting.clone();
    renamed.name = Some("eth0".to_owned());
    assert_eq!(judge(Some(&booting), &renamed), Ok(None));
}

#[test]
fn all_ports_of_a_group_are_on_one_physical_network() {
    let (red, blue, none) = (port(1, Some("red")), port(2, Some("blue")), port(3, None));
    let judge = |port: &Port, group: &PortGroup, others: &[Port]| {
        judge_membership(None, port, group, others)
    };
    let taken = judge(&red, &group(), &[]).unwrap().unwrap();
    assert_eq!(taken.physical_network.as_deref(), Some("red"));
    let same = port(4, Some("red"));
    assert_eq!(judge(&same, &taken, std::slice::from_ref(&red)), Ok(None));
    for wrong in [&blue, &none] {
        assert_eq!(kind(judge(wrong, &taken, &[])), RefusalKind::WrongState);
        let others = std::slice::from_ref(&red);
        assert_eq!(
            kind(judge(wrong, &group(), others)),
            RefusalKind::WrongState
        );
    }
    // The only port of a group may go to another network; a port does not stand in its own way.
    let mut moved = red.clone();
    moved.physical_network = Some("green".to_owned());
    let alone = judge_membership(Some(&red), &moved, &group(), std::slice::from_ref(&red));
    assert_eq!(
        alone.unwrap().unwrap().physical_network.as_deref(),
        Some("green")
    );
    assert_eq!(
        judge_membership(Some(&blue), &blue, &taken, &[red]),
        Ok(None)
    );
}

#[test]
fn a_group_changes_while_its_node_is_at_rest() {
    let (old, mut new) = (group(), group());
    new.name = Some("bond0".to_owned());
    let judge = |state| judge_portgroup_edit(&node(NODE, state), None, &old, &new, &[]);
    assert_eq!(judge(S::Active), Ok(()));
    assert_eq!(kind(judge(S::Inspecting)), RefusalKind::Busy);
    assert_eq!(kind(judge(S::Deploying)), RefusalKind::Busy);
    assert_eq!(judge(S::InspectWait), Ok(()));
}

#[test]
fn standalone_ports_are_not_taken_away_from_a_port_that_boots() {
    let (old, mut new) = (group(), group());
    new.standalone_ports_supported = false;
    let at = node(NODE, S::Available);
    let mut member = port(1, None);
    let judge = |ports: &[Port]| judge_portgroup_edit(&at, None, &old, &new, ports);
    assert_eq!(
        kind(judge(std::slice::from_ref(&member))),
        RefusalKind::WrongState
    );
    member.pxe_enabled = false;
    assert_eq!(judge(std::slice::from_ref(&member)), Ok(()));
    member.pxe_enabled = true;
    member.portgroup = None;
    assert_eq!(judge(&[member]), Ok(()));
}

#[test]
fn an_empty_group_comes_to_a_node_that_is_being_prepared() {
    let (old, mut new) = (group(), group());
    new.node_uuid = OTHER;
    let at = node(NODE, S::Active);
    let judge = |to: &Node, ports: &[Port]| judge_portgroup_edit(&at, Some(to), &old, &new, ports);
    for state in [S::Enroll, S::Manageable, S::InspectWait] {
        assert_eq!(judge(&node(OTHER, state), &[]), Ok(()));
    }
    let mut in_use = node(OTHER, S::Active);
    assert_eq!(kind(judge(&in_use, &[])), RefusalKind::WrongState);
    in_use.maintenance = true;
    assert_eq!(judge(&in_use, &[]), Ok(()));
    let full = judge(&in_use, &[port(1, None)]);
    assert_eq!(kind(full), RefusalKind::Invalid);
}

#[test]
fn only_an_empty_group_is_removed() {
    let at = node(NODE, S::Manageable);
    let mut member = port(1, None);
    let full = judge_portgroup_delete(&at, &group(), std::slice::from_ref(&member));
    assert_eq!(kind(full), RefusalKind::Invalid);
    member.portgroup = None;
    assert_eq!(judge_portgroup_delete(&at, &group(), &[member]), Ok(()));
    let busy = judge_portgroup_delete(&node(NODE, S::Deploying), &group(), &[]);
    assert_eq!(kind(busy), RefusalKind::Busy);
}

#[test]
fn the_physical_network_of_a_group_is_that_of_its_ports() {
    let mut red = group();
    red.physical_network = Some("red".to_owned());
    let mut outside = port(3, Some("blue"));
    outside.portgroup = None;
    let ports = [port(1, Some("blue")), port(2, Some("red")), outside];
    let changed = spread_physical_network(&red, &ports);
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].uuid, ports[0].uuid);
    assert_eq!(changed[0].physical_network.as_deref(), Some("red"));
}
