//! What a flow is, what it waits for and where its failure leads, in words for a person. Where it leads is read from the table of states: a new
//! state or flow cannot be forgotten here.

use crate::table::{self, Event};
use model::{FlowKind, ProvisionState, WaitFor};

/// A flow, as people name it.
pub fn flow(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Verify => "verify",
        FlowKind::Inspect => "inspect",
        FlowKind::Clean => "clean",
        FlowKind::ManualClean => "manual clean",
        FlowKind::Deploy => "deploy",
        FlowKind::Undeploy => "undeploy",
        FlowKind::Adopt => "adopt",
        FlowKind::Rescue => "rescue",
        FlowKind::Unrescue => "unrescue",
        FlowKind::Service => "service",
        FlowKind::Power(_) => "power change",
        FlowKind::BootDevice => "change of the boot device",
        FlowKind::InjectNmi => "non-maskable interrupt",
    }
}

/// What a wait is for.
pub fn awaited(wait: WaitFor) -> &'static str {
    match wait {
        WaitFor::Agent => "the agent's first heartbeat after the boot",
        WaitFor::Inspection => "the agent's inventory",
        WaitFor::Step => "the end of the agent's step",
        WaitFor::Pause => "the end of the time that a step named",
    }
}

/// What the deadline of a wait brings.
pub fn at_deadline(state: ProvisionState, kind: FlowKind, wait: WaitFor) -> String {
    let failure = failure(state, kind);
    match wait {
        WaitFor::Agent | WaitFor::Inspection => format!(
            "the machine is booted once more, if that was not the last try (timeouts.boot_attempts); after that {failure}"
        ),
        WaitFor::Step => failure,
        WaitFor::Pause => "the next step begins".to_owned(),
    }
}

/// What becomes of a node in this state when its flow fails.
pub fn failure(state: ProvisionState, kind: FlowKind) -> String {
    let what = match kind {
        FlowKind::Power(_) => return "the power change fails".to_owned(),
        FlowKind::BootDevice => return "the change of the boot device fails".to_owned(),
        FlowKind::InjectNmi => return "the interrupt is not sent".to_owned(),
        FlowKind::Verify => "verification",
        FlowKind::Inspect => "inspection",
        FlowKind::Clean | FlowKind::ManualClean => "cleaning",
        FlowKind::Deploy => "deployment",
        FlowKind::Undeploy => "undeployment",
        FlowKind::Adopt => "adoption",
        FlowKind::Rescue => "rescue",
        FlowKind::Unrescue => "unrescue",
        FlowKind::Service => "servicing",
    };
    match table::next(state, Event::Fail) {
        Some(into) => format!("the {what} fails ({into})"),
        None => format!("the {what} fails"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::StateClass;

    #[test]
    fn every_state_of_a_flow_tells_where_its_failure_leads() {
        let busy = [StateClass::Working, StateClass::Waiting];
        let states = ProvisionState::ALL.iter().copied();
        for state in states.filter(|state| busy.contains(&state.class())) {
            let told = at_deadline(state, FlowKind::Deploy, WaitFor::Agent);
            let into = table::next(state, Event::Fail).map(|into| format!("fails ({into})"));
            assert!(
                into.is_some_and(|into| told.ends_with(&into)),
                "{state}: {told}"
            );
        }
    }

    #[test]
    fn a_verification_leads_back_to_enroll() {
        let told = failure(ProvisionState::Verifying, FlowKind::Verify);
        assert_eq!(told, "the verification fails (enroll)");
    }
}
