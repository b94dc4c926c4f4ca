//! Deployed systems that are no disk: ramdisks and media that the machine boots over the network each time; and deployments by steps alone.

use super::flows::to_available;
use super::world::World;
use crate::{Fact, ProvisionAsked, boots_from_network};
use model::{
    Action, Effect, InterfaceKind, PowerState, PowerTarget, ProvisionState as S, Stage, Step, Verb,
};
use serde_json::json;

fn world(deploy: &str) -> World {
    let mut world = World::real();
    let interfaces = &mut world.node.interfaces;
    interfaces.insert(InterfaceKind::Deploy, deploy.to_owned());
    to_available(&mut world);
    world.done.clear();
    world
}

/// The boot devices that were asked for, and whether for good.
fn answer_all(world: &mut World) -> Vec<(String, bool)> {
    let mut devices = Vec::new();
    while let Some(effect) = world.outbox.first().cloned() {
        devices.extend(boot_device(&effect));
        world.answer(&effect);
    }
    devices
}

fn boot_device(effect: &Effect) -> Option<(String, bool)> {
    let Action::SetBootDevice { device, persistent } = &effect.action else {
        return None;
    };
    Some((device.clone(), *persistent))
}

fn for_good(device: &str) -> Vec<(String, bool)> {
    vec![(device.to_owned(), true)]
}

#[test]
fn a_ramdisk_is_deployed_without_an_agent_and_booted_again_from_then_on() {
    let mut world = world("ramdisk");
    assert!(!boots_from_network(&world.node));
    world.verb(Verb::Deploy);
    assert!(boots_from_network(&world.node));
    assert_eq!(answer_all(&mut world), for_good("pxe"));
    assert_eq!(world.done, ["set_power", "set_boot_device", "set_power"]);
    assert_eq!(world.state(), S::Active);
    assert_eq!(world.node.power_state, Some(PowerState::On));
    assert!(boots_from_network(&world.node) && world.node.boot.is_none());

    let reboot = Fact::Power {
        target: PowerTarget::Reboot,
        timeout_seconds: None,
    };
    world.tell(reboot).unwrap();
    answer_all(&mut world);
    assert!(boots_from_network(&world.node));

    world.verb(Verb::Rebuild);
    assert_eq!(answer_all(&mut world), for_good("pxe"));
    assert_eq!(world.state(), S::Active);

    world.verb(Verb::Undeploy);
    assert!(!boots_from_network(&world.node));
    world.settle();
    assert_eq!(world.state(), S::Available);
    assert!(!boots_from_network(&world.node));
}

#[test]
fn after_a_service_the_ramdisk_is_booted_again() {
    let mut world = world("ramdisk");
    world.verb(Verb::Deploy);
    world.settle();
    let mut asked = ProvisionAsked::new(Verb::Service);
    asked.steps = vec![super::world::offered("erase_devices_metadata", 0)];
    world.tell(Fact::Provision(asked)).unwrap();
    // An agent is to be booted now, and what the machine was deployed with is not given up.
    let flow = world.node.flow.clone().unwrap();
    let last: Vec<&Stage> = flow.stages.iter().rev().take(2).collect();
    assert!(
        matches!(last[1], Stage::SetBootDevice { device, persistent: true } if device == "pxe"),
        "{last:?}"
    );
    world.settle();
    assert_eq!(world.state(), S::Active, "{:?}", world.node.last_error);
}

#[test]
fn a_failed_ramdisk_deployment_boots_nothing() {
    let mut world = world("ramdisk");
    world.breaks = Some("set_boot_device");
    world.verb(Verb::Deploy);
    world.settle();
    assert_eq!(world.state(), S::DeployFailed);
    assert!(!boots_from_network(&world.node));
    assert_eq!(world.node.power_state, Some(PowerState::Off));
}

#[test]
fn no_step_runs_where_no_agent_does() {
    let mut world = world("ramdisk");
    let mut asked = ProvisionAsked::new(Verb::Deploy);
    asked.steps = vec![super::world::offered("write_image", 50)];
    let refused = world.tell(Fact::Provision(asked)).unwrap_err();
    assert!(refused.message.contains("runs no steps"), "{refused}");
}

#[test]
fn a_config_drive_that_has_no_place_is_told_of() {
    let mut world = world("ramdisk");
    let mut asked = ProvisionAsked::new(Verb::Deploy);
    asked.config_drive = Some("hash".to_owned());
    let decision = world.tell(Fact::Provision(asked)).unwrap();
    assert_eq!(world.node.config_drive, None);
    let told = decision.history.iter().map(|line| line.event.as_str());
    assert!(
        told.into_iter()
            .any(|event| event == "config drive ignored")
    );
}

#[test]
fn the_nodes_own_word_on_how_long_a_boot_device_holds() {
    for (word, deploy, wanted) in [
        (json!("Never"), "ramdisk", ("pxe", false)),
        (json!(false), "ramdisk", ("pxe", false)),
        (json!("Default"), "ramdisk", ("pxe", true)),
        (json!("always"), "ramdisk", ("pxe", true)),
        (json!("Never"), "direct", ("disk", false)),
    ] {
        let mut world = world(deploy);
        let info = world.node.driver_info.expose_mut();
        info.insert("force_persistent_boot_device".to_owned(), word.clone());
        world.verb(Verb::Deploy);
        let stages = world.node.flow.clone().unwrap().stages;
        let last = stages.iter().rev().find_map(|stage| match stage {
            Stage::SetBootDevice { device, persistent } => Some((device.as_str(), *persistent)),
            _ => None,
        });
        assert_eq!(last, Some(wanted), "{word} {deploy}");
    }
}

#[test]
fn custom_agent_runs_the_steps_that_were_asked_for_and_writes_no_image() {
    let mut world = world("custom-agent");
    world.verb(Verb::Deploy);
    world.settle();
    assert_eq!(world.state(), S::Active, "{:?}", world.node.last_error);
    assert!(!world.done.contains(&"start_agent_step".to_owned()));
    let commands = world.done.iter().filter(|name| *name == "agent_command");
    assert_eq!(commands.count(), 2, "sync and power off: {:?}", world.done);

    let mut asked = ProvisionAsked::new(Verb::Rebuild);
    let mut image = super::world::offered("write_image", 70);
    image.args.insert("image_info".to_owned(), json!({}));
    asked.steps = vec![image.clone()];
    world.tell(Fact::Provision(asked)).unwrap();
    let mut ran: Vec<Step> = Vec::new();
    for _ in 0..100 {
        let stage = world
            .node
            .flow
            .as_ref()
            .and_then(|flow| flow.stage().cloned());
        if let Some(Stage::AgentStep { step, .. }) = stage
            && ran.last() != Some(&step)
        {
            ran.push(step);
        }
        if let Some(effect) = world.outbox.first().cloned() {
            world.answer(&effect);
        } else if !world.report_once() {
            break;
        }
    }
    assert_eq!(world.state(), S::Active, "{:?}", world.node.last_error);
    let ran: Vec<_> = ran
        .iter()
        .map(|step| (step.full_name(), &step.args))
        .collect();
    assert_eq!(ran, [("deploy.write_image".to_owned(), &image.args)]);

    let mut asked = ProvisionAsked::new(Verb::Rebuild);
    asked.steps = vec![super::world::offered("install_coreos", 70)];
    world.tell(Fact::Provision(asked)).unwrap();
    world.settle();
    assert_eq!(world.state(), S::DeployFailed);
    let error = world.node.last_error.clone().unwrap();
    assert!(error.contains("install_coreos"), "{error}");
}
