//! A decision while it is being made: the node's new record and all that follows from it.

use crate::table::{self, Event};
use crate::{Policy, View};
use model::{
    Action, Asker, Circumstances, Effect, EffectId, Node, Port, ProvisionState, Refusal,
    RefusalKind, Severity, Timestamp,
};

/// A line for the history; the shell gives it an identity.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryDraft {
    /// The state before.
    pub from: ProvisionState,
    /// The state after.
    pub to: ProvisionState,
    /// What happened.
    pub event: String,
    /// The stage it concerns.
    pub stage: Option<String>,
    /// More, for a reader.
    pub detail: Option<String>,
    /// How bad.
    pub severity: Severity,
    /// What stood around it; the shell adds its own name.
    pub circumstances: Circumstances,
}

/// What was decided.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The node's new record.
    pub node: Node,
    /// Effects to run, in order.
    pub effects: Vec<Effect>,
    /// Outstanding effects that are void from now on: all but those in `effects`.
    pub cancel_others: bool,
    /// The effect that came to its end with this fact.
    pub finished: Option<EffectId>,
    /// Lines for the history.
    pub history: Vec<HistoryDraft>,
    /// Ports to add.
    pub new_ports: Vec<Port>,
    /// Ports that are different now.
    pub changed_ports: Vec<Port>,
}

/// A decision in the making.
pub(crate) struct Draft<'a> {
    pub node: Node,
    pub policy: &'a Policy,
    pub now: Timestamp,
    pub nonce: &'a str,
    /// Who asks now, or asked for what is under way.
    pub asker: Option<Asker>,
    /// How the node stood before the last transition.
    before: Stood,
    pub effects: Vec<Effect>,
    pub cancel_others: bool,
    pub finished: Option<EffectId>,
    pub history: Vec<HistoryDraft>,
    pub new_ports: Vec<Port>,
    pub changed_ports: Vec<Port>,
}

impl<'a> Draft<'a> {
    pub fn new(view: &View<'a>) -> Self {
        let under_way = [&view.node.flow, &view.node.errand].into_iter().flatten();
        let asked_before = under_way.filter_map(|flow| flow.asker.as_ref()).next();
        Self {
            asker: view.asker.as_ref().or(asked_before).cloned(),
            before: Stood::of(view.node),
            node: view.node.clone(),
            policy: view.policy,
            now: view.now,
            nonce: view.nonce,
            effects: Vec::new(),
            cancel_others: false,
            finished: None,
            history: Vec::new(),
            new_ports: Vec::new(),
            changed_ports: Vec::new(),
        }
    }

    pub fn into_decision(self) -> Decision {
        Decision {
            node: self.node,
            effects: self.effects,
            cancel_others: self.cancel_others,
            finished: self.finished,
            history: self.history,
            new_ports: self.new_ports,
            changed_ports: self.changed_ports,
        }
    }

    /// Adds an effect to the outbox and says which.
    pub fn emit(&mut self, action: Action) -> EffectId {
        let id = EffectId {
            node: self.node.uuid,
            number: self.node.next_effect,
        };
        self.node.next_effect += 1;
        self.effects.push(Effect {
            id,
            action,
            attempt: 0,
            created_at: self.now,
            retry: None,
        });
        id
    }

    /// Moves the provision state along a row of the table, with all that hangs on it.
    pub fn transition(&mut self, event: Event, detail: Option<String>) -> Result<(), Refusal> {
        let from = self.node.provision_state;
        let to = table::next(from, event).ok_or_else(|| {
            Refusal::new(
                RefusalKind::NotPossible,
                format!("'{}' is not possible in state '{from}'", event.as_str()),
            )
        })?;
        self.before = Stood::of(&self.node);
        self.node.provision_state = to;
        self.node.provision_updated_at = Some(self.now);
        if to.is_stable() {
            self.node.target_provision_state = None;
        }
        self.line(
            from,
            event.as_str().to_owned(),
            None,
            detail,
            Severity::Info,
        );
        Ok(())
    }

    /// The node's last error, within bounds: much of such a text comes from outside.
    pub fn set_error(&mut self, text: &str) {
        self.node.last_error = Some(bounded(text));
    }

    /// Adds a history line that ends in the present state.
    pub fn line(
        &mut self,
        from: ProvisionState,
        event: String,
        stage: Option<String>,
        detail: Option<String>,
        severity: Severity,
    ) {
        // What is told of another state than the present one stood as it did before the transition.
        let stood = match from == self.node.provision_state {
            true => Stood::of(&self.node),
            false => self.before,
        };
        let seconds = stood.since.map(|since| (self.now - since).num_seconds());
        self.history.push(HistoryDraft {
            circumstances: Circumstances {
                target: stood.target,
                seconds: seconds.and_then(|seconds| u64::try_from(seconds).ok()),
                asker: self.asker.clone(),
                conductor: None,
            },
            from,
            to: self.node.provision_state,
            event,
            stage,
            detail: detail.as_deref().map(bounded),
            severity,
        });
    }

    /// Voids every outstanding effect.
    pub fn cancel_outstanding(&mut self) {
        self.cancel_others = true;
        for flow in [&mut self.node.flow, &mut self.node.errand]
            .into_iter()
            .flatten()
        {
            flow.pending = None;
        }
    }
}

/// Where a node was going, and since when it had been in its state.
#[derive(Clone, Copy)]
struct Stood {
    target: Option<ProvisionState>,
    since: Option<Timestamp>,
}

impl Stood {
    fn of(node: &Node) -> Self {
        Self {
            target: node.target_provision_state,
            since: node.provision_updated_at,
        }
    }
}

/// Longer texts are cut: they stand in every answer about the node.
const LONGEST_TEXT: usize = 4096;

fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}
