//! Power changes by request.

use super::flows::{to_active, to_available};
use super::world::World;
use crate::Fact;
use model::{PowerState, PowerTarget, RefusalKind};

#[test]
fn a_reboot_is_off_seen_off_and_on() {
    let mut world = World::fake();
    to_active(&mut world);
    world.done.clear();
    let reboot = Fact::Power {
        target: PowerTarget::Reboot,
        timeout_seconds: None,
    };
    world.tell(reboot.clone()).unwrap();
    assert_eq!(world.node.target_power_state, Some(PowerState::On));
    assert_eq!(world.tell(reboot).unwrap_err().kind, RefusalKind::Busy);
    let off = world.outbox.first().cloned().unwrap();
    world.answer(&off);
    assert_eq!(
        world.node.power_state,
        Some(PowerState::On),
        "while it restarts"
    );
    world.settle();
    assert_eq!(world.done, ["set_power", "set_power"]);
    assert_eq!(world.node.power_state, Some(PowerState::On));
    assert!(world.node.target_power_state.is_none());
}

#[test]
fn a_reboot_that_ends_half_way_says_that_the_machine_is_off() {
    let mut world = World::fake();
    to_active(&mut world);
    let reboot = Fact::Power {
        target: PowerTarget::SoftReboot,
        timeout_seconds: None,
    };
    world.tell(reboot).unwrap();
    let off = world.outbox.first().cloned().unwrap();
    world.answer(&off);
    world.breaks = Some("set_power");
    world.settle();
    assert_eq!(world.node.power_state, Some(PowerState::Off));
    assert!(world.node.last_error.is_some() && world.node.target_power_state.is_none());
}

#[test]
fn a_restart_that_fails_switches_nothing_off() {
    let mut world = World::real();
    to_active(&mut world);
    world.node.disable_power_off = true;
    let reboot = Fact::Power {
        target: PowerTarget::Reboot,
        timeout_seconds: None,
    };
    world.tell(reboot).unwrap();
    world.breaks = Some("restart");
    world.settle();
    assert!(world.node.last_error.is_some(), "{:?}", world.done);
    assert_eq!(world.node.power_state, Some(PowerState::On));
}

#[test]
fn power_is_refused_where_it_would_break_something() {
    let mut world = World::real();
    to_available(&mut world);
    world.node.disable_power_off = true;
    let off = Fact::Power {
        target: PowerTarget::Off,
        timeout_seconds: None,
    };
    assert_eq!(world.tell(off).unwrap_err().kind, RefusalKind::WrongState);
}

#[test]
fn a_power_change_does_not_outlive_maintenance() {
    let mut world = World::fake();
    to_active(&mut world);
    let off = Fact::Power {
        target: PowerTarget::Off,
        timeout_seconds: None,
    };
    world.tell(off).unwrap();
    for on in [true, false] {
        world.tell(Fact::Maintenance { on, reason: None }).unwrap();
    }
    assert!(world.outbox.is_empty() && world.node.errand.is_none());
    assert!(world.node.target_power_state.is_none());
}
