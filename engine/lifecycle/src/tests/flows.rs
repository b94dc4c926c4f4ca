//! Whole flows, fact by fact, against a machine that answers as it should, and against some that do not.

use super::world::{World, offered};
use crate::{Fact, ProvisionAsked};
use chrono::TimeDelta;
use model::{Fault, PowerState, PowerTarget, ProvisionState as S, RefusalKind, Stage, Step, Verb};

pub fn to_available(world: &mut World) {
    for verb in [Verb::Manage, Verb::Inspect, Verb::Provide] {
        world.verb(verb);
        world.settle();
    }
    assert_eq!(world.state(), S::Available, "{:?}", world.node.last_error);
}

pub fn to_active(world: &mut World) {
    to_available(world);
    world.verb(Verb::Deploy);
    world.settle();
    assert_eq!(world.state(), S::Active, "{:?}", world.node.last_error);
}

#[test]
fn a_fake_node_goes_all_the_way_and_back() {
    let mut world = World::fake();
    to_active(&mut world);
    assert_eq!(world.node.power_state, Some(PowerState::On));
    world.verb(Verb::Undeploy);
    world.settle();
    assert_eq!(world.state(), S::Available);
    assert!(world.node.target_provision_state.is_none() && world.node.flow.is_none());
}

#[test]
fn a_real_node_passes_the_states_that_clients_know() {
    let mut world = World::real();
    to_active(&mut world);
    assert_eq!(
        world.states,
        [
            S::Enroll,
            S::Verifying,
            S::Manageable,
            S::Inspecting,
            S::InspectWait,
            S::Inspecting,
            S::Manageable,
            S::Cleaning,
            S::CleanWait,
            S::Cleaning,
            S::Available,
            S::Deploying,
            S::DeployWait,
            S::Deploying,
            S::Active
        ]
    );
}

#[test]
fn with_fast_track_the_agent_is_booted_once() {
    let mut world = World::real();
    to_active(&mut world);
    let power_offs = world
        .done
        .iter()
        .filter(|name| *name == "set_power")
        .count();
    // Off and on for the agent's one boot, off and on for the deployed system.
    assert_eq!(power_offs, 4, "{:?}", world.done);
}

#[test]
fn without_fast_track_each_flow_boots_its_own_agent() {
    let mut world = World::real();
    world.policy.fast_track = false;
    to_active(&mut world);
    let power_changes = world
        .done
        .iter()
        .filter(|name| *name == "set_power")
        .count();
    assert_eq!(power_changes, 3 + 3 + 4, "{:?}", world.done);
}

#[test]
fn the_image_is_written_between_booting_the_agent_and_booting_the_disk() {
    let mut world = World::real();
    to_available(&mut world);
    world.done.clear();
    world.verb(Verb::Deploy);
    world.settle();
    assert_eq!(
        world.done,
        [
            "find_agent",
            "list_agent_steps",
            "start_agent_step",
            "agent_command",
            "agent_command",
            "agent_command",
            "set_power",
            "set_boot_device",
            "set_power"
        ]
    );
}

#[test]
fn a_wrong_password_sends_the_node_back_to_enroll_and_says_so() {
    let mut world = World::real();
    world.breaks = Some("read_power");
    world.verb(Verb::Manage);
    world.settle();
    assert_eq!(world.state(), S::Enroll);
    assert_eq!(
        world.node.last_error.as_deref(),
        Some("read power state: it is broken")
    );
    assert!(world.node.target_provision_state.is_none() && world.node.flow.is_none());
}

#[test]
fn a_failed_deployment_keeps_its_target_and_powers_the_machine_off() {
    let mut world = World::real();
    to_available(&mut world);
    world.breaks = Some("start_agent_step");
    world.verb(Verb::Deploy);
    world.settle();
    assert_eq!(world.state(), S::DeployFailed);
    assert_eq!(world.node.target_provision_state, Some(S::Active));
    assert_eq!(world.node.power_state, Some(PowerState::Off));
    assert!(
        world
            .node
            .last_error
            .as_deref()
            .unwrap()
            .contains("deploy.write_image")
    );
    assert!(world.node.errand.is_none() && world.node.target_power_state.is_none());
}

#[test]
fn a_clean_step_that_fails_takes_the_node_out_of_service() {
    let mut world = World::real();
    world.verb(Verb::Manage);
    world.settle();
    world.breaks = Some("start_agent_step");
    world.verb(Verb::Provide);
    world.settle();
    assert_eq!(world.state(), S::CleanFailed);
    assert!(world.node.maintenance);
    assert_eq!(world.node.fault, Some(Fault::Clean));
    assert_eq!(world.node.target_provision_state, Some(S::Available));
}

fn waiting_for_inspection(world: &mut World) {
    world.verb(Verb::Manage);
    world.settle();
    world.verb(Verb::Inspect);
    while let Some(effect) = world.outbox.first().cloned() {
        world.answer(&effect);
    }
    assert_eq!(world.state(), S::InspectWait);
}

fn let_the_deadline_pass(world: &mut World) {
    let wait = world.node.flow.as_ref().unwrap().wait.unwrap();
    world.now = wait.deadline + TimeDelta::seconds(1);
    world
        .tell(Fact::DeadlineReached {
            deadline: wait.deadline,
        })
        .unwrap();
}

#[test]
fn a_silent_machine_is_booted_again_and_then_given_up_with_advice() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    let_the_deadline_pass(&mut world);
    assert_eq!(world.state(), S::Inspecting);
    while let Some(effect) = world.outbox.first().cloned() {
        world.answer(&effect);
    }
    let_the_deadline_pass(&mut world);
    assert_eq!(world.state(), S::InspectFailed);
    let error = world.node.last_error.clone().unwrap();
    assert!(
        error.contains("2 boots tried") && error.contains("DHCP"),
        "{error}"
    );
}

#[test]
fn an_old_deadline_means_nothing() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    let before = world.node.clone();
    let other = world.now - TimeDelta::days(1);
    world
        .tell(Fact::DeadlineReached { deadline: other })
        .unwrap();
    assert_eq!(world.node, before);
}

#[test]
fn an_aborted_inspection_says_the_word_that_clients_look_for() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    world.verb(Verb::Abort);
    assert_eq!(world.state(), S::InspectFailed);
    assert!(
        world
            .node
            .last_error
            .as_deref()
            .unwrap()
            .contains("aborted")
    );
    world.settle();
    assert_eq!(world.node.power_state, Some(PowerState::Off));
}

#[test]
fn a_boot_proof_is_spent_once_and_void_after_power_off() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    let token = || model::Secret::new("t".repeat(43));
    world.tell(Fact::AgentLookedUp { token: token() }).unwrap();
    let again = world
        .tell(Fact::AgentLookedUp { token: token() })
        .unwrap_err();
    assert_eq!(again.kind, RefusalKind::NotFound);
    world.verb(Verb::Abort);
    world.settle();
    assert!(world.node.agent.is_none() && world.node.boot.is_none());
}

#[test]
fn another_callback_url_is_refused() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    world
        .tell(Fact::AgentLookedUp {
            token: model::Secret::new("t".repeat(43)),
        })
        .unwrap();
    let beat = |host: &str| Fact::AgentHeartbeat {
        url: format!("https://{host}:9999"),
        certificate: None,
        version: None,
    };
    world.tell(beat("192.0.2.1")).unwrap();
    assert_eq!(
        world.tell(beat("192.0.2.66")).unwrap_err().kind,
        RefusalKind::Invalid
    );
}

pub fn writing_image(world: &mut World) {
    to_available(world);
    world.verb(Verb::Deploy);
    while let Some(effect) = world.outbox.first().cloned() {
        world.answer(&effect);
    }
    assert_eq!(world.state(), S::DeployWait);
}

#[test]
fn an_agent_restarted_in_mid_step_begins_it_anew_but_not_for_ever() {
    let mut world = World::real();
    writing_image(&mut world);
    let begun = world.begun();
    world.tell(Fact::AgentForgot { begun }).unwrap();
    assert_eq!(world.state(), S::Deploying);
    while let Some(effect) = world.outbox.first().cloned() {
        world.answer(&effect);
    }
    let begun = world.begun();
    world.tell(Fact::AgentForgot { begun }).unwrap();
    assert_eq!(world.state(), S::DeployFailed);
}

#[test]
fn another_steps_result_is_not_taken_for_this_one() {
    let mut world = World::real();
    writing_image(&mut world);
    let before = world.node.clone();
    let step = offered("erase_devices_metadata", 0);
    let begun = world.begun();
    world
        .tell(Fact::StepFinished {
            begun,
            step,
            result: Ok(serde_json::Value::Null),
            logs: None,
        })
        .unwrap();
    assert_eq!(world.node, before);
}

#[test]
fn undeploying_a_waiting_deployment_cancels_what_was_outstanding() {
    let mut world = World::real();
    writing_image(&mut world);
    assert!(world.node.agent.is_some());
    world.verb(Verb::Undeploy);
    assert_eq!(world.state(), S::Deleting);
    assert!(
        world.node.agent.is_none() && world.node.boot.is_none(),
        "the agent that was writing is a stranger, also when its machine cannot be powered off"
    );
    world.settle();
    assert_eq!(world.state(), S::Available);
}

#[test]
fn maintenance_stands_still_and_goes_on_where_it_stood() {
    let mut world = World::fake();
    to_available(&mut world);
    world.verb(Verb::Deploy);
    let on = Fact::Maintenance {
        on: true,
        reason: Some("looking".into()),
    };
    world.tell(on).unwrap();
    assert!(world.outbox.is_empty());
    world
        .tell(Fact::Maintenance {
            on: false,
            reason: None,
        })
        .unwrap();
    world.settle();
    assert_eq!(world.state(), S::Active);
}

#[test]
fn a_deadline_in_maintenance_fails_nothing() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    world
        .tell(Fact::Maintenance {
            on: true,
            reason: None,
        })
        .unwrap();
    let_the_deadline_pass(&mut world);
    assert_eq!(world.state(), S::InspectWait);
}

#[test]
fn manual_cleaning_runs_what_was_asked_and_refuses_what_the_agent_lacks() {
    let mut world = World::real();
    world.verb(Verb::Manage);
    world.settle();
    let mut asked = ProvisionAsked::new(Verb::Clean);
    asked.steps = vec![Step {
        interface: "deploy".into(),
        step: "no_such_step".into(),
        ..Step::default()
    }];
    world.tell(Fact::Provision(asked)).unwrap();
    world.settle();
    assert_eq!(world.state(), S::CleanFailed);
    let error = world.node.last_error.clone().unwrap();
    assert!(
        error.contains("deploy.no_such_step") && error.contains("deploy.erase_devices_metadata"),
        "{error}"
    );
    assert!(!world.node.maintenance, "no step was running");
}

#[test]
fn a_hold_step_waits_for_unhold() {
    let mut world = World::fake();
    world.verb(Verb::Manage);
    world.settle();
    let mut asked = ProvisionAsked::new(Verb::Clean);
    let step = |name: &str| Step {
        interface: "bios".into(),
        step: name.into(),
        ..Step::default()
    };
    asked.steps = vec![
        step("factory_reset"),
        step("hold"),
        step("cache_bios_settings"),
    ];
    world.tell(Fact::Provision(asked)).unwrap();
    world.settle();
    assert_eq!(world.state(), S::CleanHold);
    world.verb(Verb::Unhold);
    world.settle();
    assert_eq!(world.state(), S::Manageable);
}

#[test]
fn verbs_are_refused_with_the_status_clients_expect() {
    let mut world = World::real();
    let ask = |verb| Fact::Provision(ProvisionAsked::new(verb));
    assert_eq!(
        world.tell(ask(Verb::Deploy)).unwrap_err().kind,
        RefusalKind::NotPossible
    );
    world.verb(Verb::Manage);
    assert_eq!(
        world.tell(ask(Verb::Inspect)).unwrap_err().kind,
        RefusalKind::Busy
    );
    world.settle();
    assert_eq!(
        world.tell(ask(Verb::Clean)).unwrap_err().kind,
        RefusalKind::Invalid
    );
    world.node.retired = true;
    assert_eq!(
        world.tell(ask(Verb::Provide)).unwrap_err().kind,
        RefusalKind::Invalid
    );
}

#[test]
fn a_protected_node_is_not_undeployed() {
    let mut world = World::fake();
    to_active(&mut world);
    world.node.protected = true;
    let asked = Fact::Provision(ProvisionAsked::new(Verb::Undeploy));
    assert_eq!(world.tell(asked).unwrap_err().kind, RefusalKind::Forbidden);
}

#[test]
fn rescue_service_and_adopt_come_back_to_active() {
    let mut world = World::fake();
    to_active(&mut world);
    world.verb(Verb::Rescue);
    world.settle();
    assert_eq!(world.state(), S::Rescue);
    world.verb(Verb::Unrescue);
    world.settle();
    let mut asked = ProvisionAsked::new(Verb::Service);
    asked.steps = vec![super::fake::asked_step("vendor", "log_passthrough")];
    world.tell(Fact::Provision(asked)).unwrap();
    world.settle();
    assert_eq!(world.state(), S::Active);
    let mut other = World::fake();
    other.verb(Verb::Manage);
    other.settle();
    other.verb(Verb::Adopt);
    other.settle();
    assert_eq!(other.state(), S::Active);
}

#[test]
fn the_plan_of_a_deployment_ends_with_the_disk() {
    let world = World::real();
    let stages = crate::plan::deploy(&world.node, &world.policy, &[]);
    assert!(matches!(
        stages.last(),
        Some(Stage::SetPower {
            target: PowerState::On,
            ..
        })
    ));
}

#[test]
fn a_failure_leaves_no_power_change_behind() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    let reboot = Fact::Power {
        target: PowerTarget::Reboot,
        timeout_seconds: None,
    };
    assert_eq!(world.tell(reboot).unwrap_err().kind, RefusalKind::Busy);
    world.policy.boot_attempts = 1;
    let_the_deadline_pass(&mut world);
    assert_eq!(world.state(), S::InspectFailed);
    assert!(world.node.errand.is_none() && world.node.boot.is_none());
    world.verb(Verb::Manage);
    assert_eq!(world.state(), S::Manageable);
}

#[test]
fn a_machine_quicker_than_its_bmc_is_heard_all_the_same() {
    let mut world = World::real();
    world.verb(Verb::Manage);
    world.settle();
    world.verb(Verb::Inspect);
    // Off, boot device; the power-on is under way when the inventory arrives.
    for _ in 0..2 {
        let effect = world.outbox.first().cloned().unwrap();
        world.answer(&effect);
    }
    assert_eq!(world.state(), S::Inspecting);
    world
        .tell(Fact::Inspected(super::world::inspected()))
        .unwrap();
    world.settle();
    assert_eq!(world.state(), S::Manageable);
    assert_eq!(world.node.inventory.as_deref(), Some("hash"));
}

#[test]
fn an_answer_about_an_earlier_stage_means_nothing() {
    let mut world = World::real();
    writing_image(&mut world);
    let before = world.node.clone();
    let begun = world.begun() - TimeDelta::seconds(1);
    world.tell(Fact::AgentForgot { begun }).unwrap();
    assert_eq!(world.node, before);
}

#[test]
fn a_wait_is_not_cut_short() {
    let mut world = World::real();
    waiting_for_inspection(&mut world);
    let before = world.node.clone();
    let deadline = before.flow.as_ref().unwrap().wait.unwrap().deadline;
    world.tell(Fact::DeadlineReached { deadline }).unwrap();
    assert_eq!(world.node, before);
}

#[test]
fn a_bmc_that_does_not_answer_takes_the_node_out_of_service_until_it_does() {
    let mut world = World::fake();
    to_active(&mut world);
    let error = "cannot connect".to_owned();
    world.tell(Fact::PowerUnreadable { error }).unwrap();
    assert!(world.node.maintenance && world.node.fault == Some(Fault::Power));
    let revision = world.node.revision;
    let state = PowerState::On;
    world.tell(Fact::PowerObserved { state, revision }).unwrap();
    assert!(!world.node.maintenance && world.node.fault.is_none());
}

#[test]
fn asked_deploy_steps_run_on_fake_hardware_too() {
    let mut world = World::fake();
    to_available(&mut world);
    let mut asked = ProvisionAsked::new(Verb::Deploy);
    let mut hold = offered("hold", 50);
    hold.interface = "power".into();
    asked.steps = vec![hold];
    world.tell(Fact::Provision(asked)).unwrap();
    world.settle();
    assert_eq!(world.state(), S::DeployHold);
    world.verb(Verb::Unhold);
    world.settle();
    assert_eq!(world.state(), S::Active);
}
