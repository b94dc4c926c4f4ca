//! What is particular to fake hardware, and changes beside the provision state.

use super::world::World;
use crate::{Fact, ProvisionAsked};
use model::{ProvisionState as S, RefusalKind, Step, Verb};

pub fn asked_step(interface: &str, step: &str) -> Step {
    Step {
        interface: interface.into(),
        step: step.into(),
        ..Step::default()
    }
}

#[test]
fn fake_hardware_has_its_own_steps_and_fails_by_others() {
    let mut world = World::fake();
    world.verb(Verb::Manage);
    world.settle();
    for (interface, step, told) in [
        ("bios", "factory_reset", None),
        ("bios", "apply_configuration", Some("'settings'")),
        (
            "raid",
            "create_configuration",
            Some("raid.create_configuration"),
        ),
        ("firmware", "update", Some("firmware.update")),
    ] {
        let mut asked = ProvisionAsked::new(Verb::Clean);
        asked.steps = vec![asked_step(interface, step)];
        world.tell(Fact::Provision(asked)).unwrap();
        world.settle();
        let Some(told) = told else {
            assert_eq!(world.state(), S::Manageable, "{step}");
            continue;
        };
        assert_eq!(world.state(), S::CleanFailed, "{step}");
        let error = world.node.last_error.clone().unwrap();
        assert!(error.contains(told), "{error}");
        assert!(!world.node.maintenance, "no step was running");
        world.verb(Verb::Manage);
    }
    let mut surplus = asked_step("bios", "factory_reset");
    surplus.args.insert("more".into(), true.into());
    let mut asked = ProvisionAsked::new(Verb::Clean);
    asked.steps = vec![surplus];
    world.tell(Fact::Provision(asked)).unwrap();
    assert_eq!(world.state(), S::CleanFailed);
    let mut asked = ProvisionAsked::new(Verb::Service);
    asked.steps = vec![asked_step("bios", "factory_reset")];
    let mut active = World::fake();
    super::flows::to_active(&mut active);
    active.tell(Fact::Provision(asked)).unwrap();
    active.settle();
    assert_eq!(active.state(), S::ServiceFailed);
    // A service breaks off in its middle: the machine is taken out of use until somebody has looked.
    assert!(active.node.maintenance);
    assert_eq!(active.node.fault, Some(model::Fault::Service));
    assert_eq!(active.node.maintenance_reason, active.node.last_error);
    let abort = Fact::Provision(ProvisionAsked::new(Verb::Abort));
    let refusal = active.tell(abort).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::WrongState);
}

#[test]
fn without_a_ramdisk_no_clean_step_of_fake_hardware_runs() {
    let mut world = World::fake();
    world.verb(Verb::Manage);
    world.settle();
    let mut asked = ProvisionAsked::new(Verb::Clean);
    asked.steps = vec![asked_step("bios", "factory_reset")];
    asked.disable_ramdisk = true;
    world.tell(Fact::Provision(asked)).unwrap();
    assert_eq!(world.state(), S::CleanFailed);
    let error = world.node.last_error.clone().unwrap();
    assert!(error.contains("requires booting a ramdisk"), "{error}");
    world.verb(Verb::Manage);
    assert_eq!(world.node.last_error, Some(error), "it stays told");
}

#[test]
fn an_interrupt_is_sent_once_beside_the_provision_state() {
    let mut world = World::fake();
    super::flows::to_active(&mut world);
    let decision = world.tell(Fact::InjectNmi).unwrap();
    assert_eq!(decision.effects[0].action, model::Action::InjectNmi);
    let busy = world.tell(Fact::InjectNmi).unwrap_err();
    assert_eq!(busy.kind, RefusalKind::Busy);
    world.settle();
    assert_eq!(world.state(), S::Active);
    assert!(world.node.errand.is_none());
    assert!(world.node.target_power_state.is_none());
}

#[test]
fn the_deployment_of_fake_hardware_may_be_left_out_and_not_moved() {
    for (priority, told) in [(50, Some("deploy_steps")), (0, None)] {
        let mut world = World::fake();
        for verb in [Verb::Manage, Verb::Provide] {
            world.verb(verb);
            world.settle();
        }
        let mut asked = ProvisionAsked::new(Verb::Deploy);
        asked.steps = vec![Step {
            priority,
            ..asked_step("deploy", "deploy")
        }];
        let answer = world.tell(Fact::Provision(asked));
        let Some(told) = told else {
            world.settle();
            assert_eq!(world.state(), S::DeployFailed, "nothing is left to be done");
            continue;
        };
        let refusal = answer.unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert!(refusal.message.contains(told));
    }
}

#[test]
fn a_service_that_failed_is_aborted_with_words() {
    let mut world = World::fake();
    super::flows::to_active(&mut world);
    world.node.provision_state = S::ServiceFailed;
    world.verb(Verb::Abort);
    world.settle();
    assert_eq!(world.state(), S::Active);
    assert!(world.node.last_error.as_ref().unwrap().contains("aborted"));
}

#[test]
fn steps_that_the_administrator_forbids_do_not_run() {
    let mut world = World::fake();
    let forbidden = &mut world.policy.disallowed_steps;
    forbidden.clean = vec!["bios.factory_reset".into(), "vendor.log_passthrough".into()];
    forbidden.service = vec!["vendor.log_passthrough".into()];
    forbidden.deploy = vec!["deploy.hold".into()];
    world.verb(Verb::Manage);
    world.settle();
    for (step, allowed) in [
        (asked_step("bios", "factory_reset"), false),
        (asked_step("bios", "cache_bios_settings"), true),
    ] {
        let mut asked = ProvisionAsked::new(Verb::Clean);
        asked.steps = vec![step];
        let told = world.tell(Fact::Provision(asked));
        assert_eq!(told.is_ok(), allowed);
        if let Err(refusal) = told {
            assert_eq!(refusal.kind, RefusalKind::Invalid);
            assert!(
                refusal.message.contains("bios.factory_reset"),
                "{}",
                refusal.message
            );
        }
        world.settle();
        assert_eq!(world.state(), S::Manageable, "a refusal changes nothing");
    }
    // Unasked it is left out of automated cleaning.
    let stages = crate::plan::clean(&world.node, &world.policy);
    assert!(stages.is_empty(), "{stages:?}");
    world.verb(Verb::Provide);
    world.settle();
    assert_eq!(world.state(), S::Available);
    let mut asked = ProvisionAsked::new(Verb::Deploy);
    asked.steps = vec![asked_step("deploy", "hold")];
    assert!(world.tell(Fact::Provision(asked)).is_err());
    world.verb(Verb::Deploy);
    world.settle();
    let mut asked = ProvisionAsked::new(Verb::Service);
    asked.steps = vec![asked_step("vendor", "log_passthrough")];
    assert!(world.tell(Fact::Provision(asked)).is_err());
    assert_eq!(world.state(), S::Active);
}
