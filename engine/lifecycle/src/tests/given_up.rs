//! Agents that the engine has given up: nobody knows whether they live, so they are strangers from then on.

use super::flows::{to_available, writing_image};
use super::world::World;
use crate::Fact;
use model::{Failure, FailureKind, Outcome, ProvisionState, RefusalKind, Verb};

const URL: &str = "https://192.0.2.1:9999";

fn heartbeat() -> Fact {
    Fact::AgentHeartbeat {
        url: URL.into(),
        certificate: None,
        version: None,
    }
}

/// The agent comes back and says that it lives.
fn is_a_stranger(world: &mut World) {
    assert!(world.node.agent.is_none() && world.node.boot.is_none());
    let refusal = world.tell(heartbeat()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::NotFound, "{}", refusal.message);
}

fn fail_first(world: &mut World, kind: FailureKind, message: &str) {
    let effect = world.outbox.first().cloned().unwrap();
    let outcome = Outcome::Failed(Failure {
        kind,
        message: message.into(),
    });
    let effect = effect.id;
    world.tell(Fact::Outcome { effect, outcome }).unwrap();
}

#[test]
fn an_agent_that_was_silent_for_too_long_is_a_stranger_although_its_machine_could_not_be_powered_off()
 {
    let mut world = World::real();
    writing_image(&mut world);
    let deadline = world.node.flow.as_ref().unwrap().wait.unwrap().deadline;
    world.now = deadline;
    world.tell(Fact::DeadlineReached { deadline }).unwrap();
    assert_eq!(world.state(), ProvisionState::DeployFailed);
    is_a_stranger(&mut world);
    fail_first(
        &mut world,
        FailureKind::Exhausted,
        "the BMC does not answer",
    );
    let error = world.node.last_error.clone().unwrap();
    assert!(error.contains("the agent has been silent"), "{error}");
    assert!(error.contains("the BMC does not answer"), "{error}");
    assert!(world.node.errand.is_none() && world.node.target_power_state.is_none());
    // A new deployment does not look for it: the machine is powered off and boots another one.
    world.done.clear();
    world.verb(Verb::Deploy);
    world.settle();
    assert_eq!(world.state(), ProvisionState::Active);
    let before_the_agent: Vec<&str> = world.done.iter().map(String::as_str).take(4).collect();
    assert_eq!(
        before_the_agent,
        ["find_agent", "set_power", "set_boot_device", "set_power"]
    );
}

#[test]
fn an_agent_that_did_not_answer_an_order_is_a_stranger_one_that_refused_it_is_not() {
    for (kind, kept) in [
        (FailureKind::Exhausted, false),
        (FailureKind::OperatorMustAct, true),
    ] {
        let mut world = World::real();
        to_available(&mut world);
        world.verb(Verb::Deploy);
        while world.outbox.first().map(|it| it.action.name()) != Some("start_agent_step") {
            match world.outbox.first().cloned() {
                Some(effect) => world.answer(&effect),
                None => assert!(world.report_once()),
            }
        }
        fail_first(&mut world, kind, "no answer");
        assert_eq!(world.state(), ProvisionState::DeployFailed);
        assert_eq!(world.node.agent.is_some(), kept);
    }
}

#[test]
fn an_agent_whose_deployment_was_aborted_is_a_stranger() {
    let mut world = World::real();
    writing_image(&mut world);
    world.verb(Verb::Abort);
    assert_eq!(world.state(), ProvisionState::DeployFailed);
    is_a_stranger(&mut world);
}
