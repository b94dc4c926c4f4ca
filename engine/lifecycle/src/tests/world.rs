//! A node and a clock, fed with facts; effects are answered by a script.

use crate::{Decision, Fact, Policy, ProvisionAsked, View, decide};
use chrono::TimeDelta;
use model::{
    Action, Effect, InterfaceKind, Node, Outcome, Phase, PowerState, ProvisionState, Refusal,
    Secret, Step, Timestamp, Verb, WaitFor,
};
use uuid::Uuid;

pub struct World {
    pub node: Node,
    pub policy: Policy,
    pub now: Timestamp,
    pub outbox: Vec<Effect>,
    pub states: Vec<ProvisionState>,
    pub done: Vec<String>,
    /// The action that fails, and how often it was met.
    pub breaks: Option<&'static str>,
}

impl World {
    pub fn new(interfaces: &[(InterfaceKind, &str)]) -> Self {
        let mut node = Node::new(Uuid::from_u128(1), "redfish", Timestamp::default());
        for (kind, name) in interfaces {
            node.interfaces.insert(*kind, (*name).to_owned());
        }
        Self {
            states: vec![node.provision_state],
            node,
            policy: Policy::default(),
            now: Timestamp::default(),
            outbox: Vec::new(),
            done: Vec::new(),
            breaks: None,
        }
    }

    pub fn fake() -> Self {
        Self::new(&[
            (InterfaceKind::Bios, "fake"),
            (InterfaceKind::Deploy, "fake"),
            (InterfaceKind::Inspect, "fake"),
            (InterfaceKind::Rescue, "fake"),
            (InterfaceKind::Vendor, "fake"),
        ])
    }

    pub fn real() -> Self {
        Self::new(&[
            (InterfaceKind::Deploy, "direct"),
            (InterfaceKind::Inspect, "agent"),
            (InterfaceKind::Rescue, "no-rescue"),
        ])
    }

    pub fn tell(&mut self, fact: Fact) -> Result<Decision, Refusal> {
        self.now += TimeDelta::seconds(1);
        let view = View {
            node: &self.node,
            policy: &self.policy,
            now: self.now,
            nonce: "a nonce",
            asker: None,
        };
        let decision = decide(&view, &fact)?;
        if decision.cancel_others {
            self.outbox.clear();
        }
        self.outbox
            .retain(|effect| Some(effect.id) != decision.finished);
        self.outbox.extend(decision.effects.clone());
        self.node = decision.node.clone();
        for line in &decision.history {
            if line.from != line.to {
                self.states.push(line.to);
            }
        }
        Ok(decision)
    }

    pub fn verb(&mut self, verb: Verb) {
        self.tell(Fact::Provision(ProvisionAsked::new(verb)))
            .unwrap();
    }

    /// Answers effects, agents and steps until nothing is left to answer.
    pub fn settle(&mut self) {
        for _ in 0..200 {
            if let Some(effect) = self.outbox.first().cloned() {
                self.answer(&effect);
            } else if !self.machine_reports() {
                return;
            }
        }
        panic!("does not settle: {:?}", self.node.flow);
    }

    pub fn answer(&mut self, effect: &Effect) {
        self.done.push(effect.action.name().to_owned());
        let outcome = if self.breaks == Some(effect.action.name()) {
            Outcome::Failed(model::Failure {
                kind: model::FailureKind::OperatorMustAct,
                message: "it is broken".into(),
            })
        } else {
            self.outcome(&effect.action)
        };
        let fact = Fact::Outcome {
            effect: effect.id,
            outcome,
        };
        self.tell(fact).unwrap();
        self.outbox.retain(|other| other.id != effect.id);
    }

    fn outcome(&self, action: &Action) -> Outcome {
        match action {
            Action::ReadPower => Outcome::Power(PowerState::Off),
            Action::SetPower { target, .. } => Outcome::Power(*target),
            Action::Restart { .. } => Outcome::Power(PowerState::On),
            Action::FindAgent => Outcome::AgentAnswers(self.node.agent.is_some()),
            Action::ListAgentSteps { phase } => Outcome::AgentSteps {
                steps: match phase {
                    Phase::Deploy => vec![offered("write_image", 0)],
                    Phase::Clean | Phase::Service => vec![
                        offered("erase_devices_metadata", 99),
                        offered("erase_devices", 10),
                    ],
                },
                version: None,
            },
            Action::StartAgentStep { .. } => Outcome::StepStarted,
            Action::AgentCommand { .. }
            | Action::SetBootDevice { .. }
            | Action::InjectNmi
            | Action::Simulate { .. } => Outcome::Done,
        }
    }

    /// The machine does the next thing that is waited for; false when nothing is.
    pub fn report_once(&mut self) -> bool {
        self.machine_reports()
    }

    fn machine_reports(&mut self) -> bool {
        let Some(wait) = self.node.flow.as_ref().and_then(|flow| flow.wait) else {
            return false;
        };
        match wait.on {
            WaitFor::Agent if self.node.boot.is_none() => return false,
            WaitFor::Agent => self.agent_comes_up(),
            WaitFor::Pause => {
                self.now = self.now.max(wait.deadline);
                let deadline = wait.deadline;
                self.tell(Fact::DeadlineReached { deadline }).unwrap();
            }
            WaitFor::Inspection => {
                self.tell(Fact::Inspected(inspected())).unwrap();
                if self.node.boot.is_some() {
                    self.agent_comes_up();
                }
            }
            WaitFor::Step => {
                let step = match self.node.flow.as_ref().unwrap().stage() {
                    Some(model::Stage::AgentStep { step, .. }) => step.clone(),
                    other => panic!("waits for a step in {other:?}"),
                };
                let result = Ok(serde_json::Value::Null);
                let begun = self.begun();
                self.tell(Fact::StepFinished {
                    begun,
                    step,
                    result,
                    logs: None,
                })
                .unwrap();
            }
        }
        true
    }

    fn agent_comes_up(&mut self) {
        let token = Secret::new("t".repeat(43));
        self.tell(Fact::AgentLookedUp { token }).unwrap();
        self.tell(Fact::AgentHeartbeat {
            url: "https://192.0.2.1:9999".into(),
            certificate: None,
            version: None,
        })
        .unwrap();
    }

    /// Answers what can be answered; a wait for a machine that cannot report any more runs into its deadline.
    pub fn settle_or_time_out(&mut self) {
        while let Some(effect) = self.outbox.first().cloned() {
            self.answer(&effect);
        }
        if let Some(wait) = self.node.flow.as_ref().and_then(|flow| flow.wait) {
            self.now = self.now.max(wait.deadline);
            self.tell(Fact::DeadlineReached {
                deadline: wait.deadline,
            })
            .unwrap();
        }
    }

    /// When the stage under way began.
    pub fn begun(&self) -> Timestamp {
        self.node
            .flow
            .as_ref()
            .map_or(self.now, |flow| flow.stage_started_at)
    }

    pub fn state(&self) -> ProvisionState {
        self.node.provision_state
    }
}

pub fn offered(name: &str, priority: i64) -> Step {
    Step {
        interface: "deploy".into(),
        step: name.into(),
        priority,
        abortable: true,
        ..Step::default()
    }
}

pub fn inspected() -> crate::Inspected {
    crate::Inspected {
        inventory: "hash".into(),
        properties: model::Object::new(),
        boot_mode: Some("uefi".into()),
        new_ports: Vec::new(),
        error: None,
        rules: crate::RuleResults::default(),
    }
}
