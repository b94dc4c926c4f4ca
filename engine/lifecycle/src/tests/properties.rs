//! Properties over random stories: whatever is told, in whatever order, the node's record stays sound.

use super::world::{World, inspected, offered};
use crate::{Fact, ProvisionAsked, View, decide};
use model::{Outcome, PowerState, PowerTarget, ProvisionState, StateClass, Verb};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Tale {
    Verb(usize),
    Power(usize),
    Maintenance(bool),
    Answer,
    Fail,
    StaleOutcome(u64),
    Inspected,
    LookedUp,
    Heartbeat(bool),
    StepDone(bool),
    Forgot,
    Deadline,
    EffectsLost,
    Observed(bool),
}

fn tales() -> impl Strategy<Value = Vec<Tale>> {
    let tale = prop_oneof![
        4 => (0..Verb::ALL.len()).prop_map(Tale::Verb),
        1 => (0..PowerTarget::ALL.len()).prop_map(Tale::Power),
        1 => any::<bool>().prop_map(Tale::Maintenance),
        12 => Just(Tale::Answer),
        1 => Just(Tale::Fail),
        1 => (0..9_u64).prop_map(Tale::StaleOutcome),
        2 => Just(Tale::Inspected),
        2 => Just(Tale::LookedUp),
        2 => any::<bool>().prop_map(Tale::Heartbeat),
        2 => any::<bool>().prop_map(Tale::StepDone),
        1 => Just(Tale::Forgot),
        1 => Just(Tale::Deadline),
        1 => Just(Tale::EffectsLost),
        1 => any::<bool>().prop_map(Tale::Observed),
    ];
    prop::collection::vec(tale, 0..120)
}

fn fact(world: &World, tale: &Tale) -> Option<Fact> {
    Some(match tale {
        Tale::Verb(index) => {
            let verb = Verb::ALL[*index];
            let mut asked = ProvisionAsked::new(verb);
            if matches!(verb, Verb::Clean | Verb::Service) {
                asked.steps = vec![offered("erase_devices_metadata", 0)];
            }
            Fact::Provision(asked)
        }
        Tale::Power(index) => Fact::Power {
            target: PowerTarget::ALL[*index],
            timeout_seconds: None,
        },
        Tale::Maintenance(on) => Fact::Maintenance {
            on: *on,
            reason: None,
        },
        Tale::Fail => Fact::Outcome {
            effect: world.outbox.first()?.id,
            outcome: Outcome::Failed(model::Failure {
                kind: model::FailureKind::OperatorMustAct,
                message: "broken".into(),
            }),
        },
        Tale::StaleOutcome(number) => Fact::Outcome {
            effect: model::EffectId {
                node: world.node.uuid,
                number: world.node.next_effect + number,
            },
            outcome: Outcome::Power(PowerState::Off),
        },
        Tale::Inspected => Fact::Inspected(inspected()),
        Tale::LookedUp => Fact::AgentLookedUp {
            token: model::Secret::new("t".into()),
        },
        Tale::Heartbeat(same) => Fact::AgentHeartbeat {
            url: if *same {
                "https://192.0.2.1:9"
            } else {
                "https://192.0.2.2:9"
            }
            .into(),
            certificate: None,
            version: None,
        },
        Tale::StepDone(good) => Fact::StepFinished {
            begun: world.begun(),
            step: offered("erase_devices_metadata", 0),
            result: if *good {
                Ok(serde_json::Value::Null)
            } else {
                Err("bad".into())
            },
            logs: None,
        },
        Tale::Forgot => Fact::AgentForgot {
            begun: world.begun(),
        },
        Tale::EffectsLost => Fact::EffectLost(world.outbox.first()?.id),
        Tale::Deadline => Fact::DeadlineReached {
            deadline: world.node.flow.as_ref()?.wait?.deadline,
        },
        Tale::Observed(on) => Fact::PowerObserved {
            state: if *on { PowerState::On } else { PowerState::Off },
            revision: world.node.revision,
        },
        Tale::Answer => return None,
    })
}

fn check(world: &World) {
    let node = &world.node;
    let state = node.provision_state;
    // A stable state shows no target and has no flow.
    if state.is_stable() {
        assert!(
            node.target_provision_state.is_none(),
            "{state} shows a target"
        );
    }
    if matches!(state.class(), StateClass::Stable | StateClass::Failed) {
        assert!(node.flow.is_none(), "{state} has a flow");
    }
    // Whoever waits has a deadline; whoever works has an effect outstanding, unless a person took the node aside.
    if state.class() == StateClass::Waiting && !node.maintenance {
        let wait = node.flow.as_ref().and_then(|flow| flow.wait);
        assert!(wait.is_some(), "{state} waits for nothing");
    }
    if state.class() == StateClass::Working && !node.maintenance {
        let pending = node.flow.as_ref().and_then(|flow| flow.pending);
        let pending =
            pending.unwrap_or_else(|| panic!("{state} has nothing outstanding: {:?}", node.flow));
        assert!(
            world.outbox.iter().any(|effect| effect.id == pending),
            "{state} awaits an effect that does not exist"
        );
    }
    // Each awaited effect is outstanding.
    for flow in [&node.flow, &node.errand].into_iter().flatten() {
        if let Some(pending) = flow.pending {
            assert!(
                world.outbox.iter().any(|effect| effect.id == pending),
                "{pending:?} is awaited in {state} and not outstanding"
            );
        }
    }
    // Each outstanding effect is awaited by somebody.
    for effect in &world.outbox {
        let awaited = [&node.flow, &node.errand]
            .into_iter()
            .flatten()
            .any(|flow| flow.pending == Some(effect.id));
        assert!(awaited, "nobody awaits {effect:?} in {state}");
    }
}

fn tell_all(world: &mut World, tales: &[Tale]) {
    for tale in tales {
        match fact(world, tale) {
            Some(fact) => {
                let before = world.node.clone();
                if world.tell(fact).is_err() {
                    assert_eq!(world.node, before, "a refusal changed something");
                }
            }
            None => {
                if let Some(effect) = world.outbox.first().cloned() {
                    world.answer(&effect);
                }
            }
        }
        check(world);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_record_stays_sound(real in any::<bool>(), fast in any::<bool>(), tales in tales()) {
        let mut world = if real { World::real() } else { World::fake() };
        world.policy.fast_track = fast;
        tell_all(&mut world, &tales);
    }

    #[test]
    fn the_same_view_and_fact_give_the_same_decision(tales in tales(), last in 0..Verb::ALL.len()) {
        let mut world = World::real();
        tell_all(&mut world, &tales);
        let view = View { node: &world.node, policy: &world.policy, now: world.now, nonce: "n", asker: None };
        let fact = fact(&world, &Tale::Verb(last)).unwrap();
        let once = decide(&view, &fact).map(|d| (d.node, d.effects, d.history));
        let twice = decide(&view, &fact).map(|d| (d.node, d.effects, d.history));
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn when_faults_cease_every_story_comes_to_rest(real in any::<bool>(), tales in tales()) {
        let mut world = if real { World::real() } else { World::fake() };
        tell_all(&mut world, &tales);
        if world.node.maintenance {
            world.tell(Fact::Maintenance { on: false, reason: None }).unwrap();
        }
        // Boots that were under way may have lost their proof; their deadlines bring them on.
        for _ in 0..50 {
            world.settle_or_time_out();
            if world.node.flow.is_none() && world.outbox.is_empty() { break; }
            if world.node.provision_state.class() == StateClass::Held {
                world.verb(Verb::Abort);
            }
        }
        let class = world.node.provision_state.class();
        prop_assert!(matches!(class, StateClass::Stable | StateClass::Failed) , "{:?}", world.node);
        prop_assert_ne!(world.node.provision_state, ProvisionState::Verifying);
    }
}
