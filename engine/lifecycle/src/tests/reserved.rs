//! Steps that are the engine's own, and machines that may not be powered off.

use super::fake::asked_step;
use super::flows::to_active;
use super::world::World;
use crate::{Fact, ProvisionAsked};
use model::{PowerState, PowerTarget, ProvisionState as S, RefusalKind, Step, Verb};
use serde_json::{Value, json};

fn wait(seconds: Value) -> Step {
    let mut step = asked_step("deploy", "wait");
    if !seconds.is_null() {
        step.args.insert("seconds".into(), seconds);
    }
    step
}

fn cleaning(world: &mut World, steps: Vec<Step>) -> Result<(), model::Refusal> {
    let mut asked = ProvisionAsked::new(Verb::Clean);
    asked.steps = steps;
    world.tell(Fact::Provision(asked)).map(|_| ())
}

fn manageable(mut world: World) -> World {
    world.verb(Verb::Manage);
    world.settle();
    assert_eq!(world.state(), S::Manageable);
    world.done.clear();
    world
}

#[test]
fn power_is_changed_between_steps() {
    let mut world = manageable(World::fake());
    let names = ["power_on", "reboot", "power_off"];
    let steps = names.iter().map(|name| asked_step("power", name)).collect();
    cleaning(&mut world, steps).unwrap();
    world.settle();
    assert_eq!(world.state(), S::Manageable);
    assert_eq!(world.done, ["set_power"; 4]);
    assert_eq!(world.node.power_state, Some(PowerState::Off));
}

#[test]
fn a_wait_of_so_many_seconds_shows_as_one_and_ends_by_itself() {
    let mut world = manageable(World::fake());
    cleaning(&mut world, vec![wait(json!(30))]).unwrap();
    assert_eq!(world.state(), S::CleanWait);
    let deadline = world.node.flow.as_ref().unwrap().wait.unwrap().deadline;
    assert_eq!((deadline - world.now).num_seconds(), 30);
    world.settle();
    assert_eq!(world.state(), S::Manageable);
}

#[test]
fn a_wait_without_an_end_is_aborted_or_runs_out_of_time() {
    for aborted in [true, false] {
        let mut world = manageable(World::fake());
        cleaning(&mut world, vec![wait(Value::Null)]).unwrap();
        world.settle();
        assert_eq!(world.state(), S::CleanWait);
        match aborted {
            true => world.verb(Verb::Abort),
            false => world.settle_or_time_out(),
        }
        assert_eq!(world.state(), S::CleanFailed);
        let error = world.node.last_error.clone().unwrap();
        let told = if aborted {
            "aborted"
        } else {
            "Timeout reached"
        };
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_wait_is_over_at_once_where_an_agent_is_heard() {
    let mut world = manageable(World::real());
    cleaning(&mut world, vec![wait(Value::Null)]).unwrap();
    world.settle();
    assert_eq!(world.state(), S::Manageable, "{:?}", world.node.last_error);
}

#[test]
fn the_agent_is_there_again_after_a_reboot_between_its_steps() {
    let mut world = manageable(World::real());
    let steps = vec![
        asked_step("power", "reboot"),
        asked_step("deploy", "erase_devices"),
    ];
    cleaning(&mut world, steps).unwrap();
    world.settle();
    assert_eq!(world.state(), S::Manageable, "{:?}", world.node.last_error);
    let boots = world.done.iter().filter(|name| *name == "set_boot_device");
    assert_eq!(boots.count(), 2, "{:?}", world.done);
}

#[test]
fn what_a_wait_cannot_be_is_refused() {
    let mut world = manageable(World::fake());
    for seconds in [json!(-1), json!("soon"), json!(3601), json!([])] {
        let refusal = cleaning(&mut world, vec![wait(seconds)]).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert!(refusal.message.contains("seconds"));
    }
}

fn powered_off(world: &World) -> bool {
    world.done.iter().any(|name| name == "set_power")
}

#[test]
fn a_machine_that_must_stay_on_is_restarted_in_every_flow() {
    let mut world = World::real();
    world.node.disable_power_off = true;
    to_active(&mut world);
    let mut service = ProvisionAsked::new(Verb::Service);
    service.steps = vec![asked_step("deploy", "erase_devices")];
    world.tell(Fact::Provision(service)).unwrap();
    world.settle();
    assert_eq!(world.state(), S::Active, "{:?}", world.node.last_error);
    world.verb(Verb::Undeploy);
    world.settle();
    assert_eq!(world.state(), S::Available, "{:?}", world.node.last_error);
    assert!(!powered_off(&world), "{:?}", world.done);
    assert!(world.done.iter().any(|name| name == "restart"));
}

#[test]
fn a_machine_that_must_stay_on_is_restarted_by_request_and_never_switched_off() {
    let mut world = World::fake();
    to_active(&mut world);
    world.node.disable_power_off = true;
    world.done.clear();
    let power = |target| Fact::Power {
        target,
        timeout_seconds: None,
    };
    for target in [PowerTarget::Off, PowerTarget::SoftOff] {
        let refusal = world.tell(power(target)).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::WrongState);
    }
    for (target, soft) in [
        (PowerTarget::Reboot, false),
        (PowerTarget::SoftReboot, true),
    ] {
        let decision = world.tell(power(target)).unwrap();
        assert_eq!(decision.effects[0].action, model::Action::Restart { soft });
        world.settle();
        assert_eq!(world.node.power_state, Some(PowerState::On));
    }
    assert!(!powered_off(&world));
    world.node.provision_state = S::Manageable;
    let refusal = cleaning(&mut world, vec![asked_step("power", "power_off")]).unwrap_err();
    assert!(refusal.message.contains("disable_power_off"));
}
