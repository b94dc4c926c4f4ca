//! Rules for volume connectors and volume targets: they change while their node is off, so that no running system loses its storage.

use crate::portgroups::judge_rest;
use model::{Node, PowerState, ProvisionState as S, Refusal, RefusalKind};

/// States in which they are removed whatever the power is: nobody uses the node.
const UNUSED: &[S] = &[S::Enroll, S::Manageable, S::AdoptFailed];

/// Whether the node's connectors and targets may change; `what` is what people call the thing.
pub fn judge_volume_edit(node: &Node, what: &str) -> Result<(), Refusal> {
    judge_rest(node)?;
    judge_power(node, &format!("{what} update"))
}

/// Whether one of the node's connectors or targets may be removed.
pub fn judge_volume_delete(node: &Node, what: &str) -> Result<(), Refusal> {
    judge_rest(node)?;
    match UNUSED.contains(&node.provision_state) {
        true => Ok(()),
        false => judge_power(node, &format!("{what} deletion")),
    }
}

fn judge_power(node: &Node, action: &str) -> Result<(), Refusal> {
    if node.power_state == Some(PowerState::Off) {
        return Ok(());
    }
    let state = node.power_state.map_or("None", PowerState::as_str);
    Err(Refusal::new(
        RefusalKind::NotPossible,
        format!(
            "The requested action \"{action}\" can not be performed on node \"{}\" while it is in state \"{state}\".",
            node.uuid
        ),
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use model::Timestamp;
    use uuid::Uuid;

    fn node(state: S, power: Option<PowerState>) -> Node {
        let mut node = Node::new(Uuid::from_u128(1), "fake-hardware", Timestamp::UNIX_EPOCH);
        node.provision_state = state;
        node.power_state = power;
        node
    }

    #[test]
    fn volumes_change_while_the_node_is_off() {
        let judge = |state, power| judge_volume_edit(&node(state, power), "volume target");
        assert_eq!(judge(S::Active, Some(PowerState::Off)), Ok(()));
        for power in [None, Some(PowerState::On), Some(PowerState::Error)] {
            let refusal = judge(S::Manageable, power).unwrap_err();
            assert_eq!(refusal.kind, RefusalKind::NotPossible);
        }
        let busy = judge(S::Deploying, Some(PowerState::Off));
        assert_eq!(busy.unwrap_err().kind, RefusalKind::Busy);
    }

    #[test]
    fn volumes_of_a_node_that_nobody_uses_are_removed_at_any_time() {
        let on = Some(PowerState::On);
        let judge = |state, power| judge_volume_delete(&node(state, power), "volume target");
        for state in [S::Enroll, S::Manageable, S::AdoptFailed] {
            assert_eq!(judge(state, on), Ok(()));
        }
        let refusal = judge(S::Active, on).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::NotPossible);
        assert!(refusal.message.contains("volume target deletion"));
        assert_eq!(judge(S::Active, Some(PowerState::Off)), Ok(()));
        assert_eq!(
            judge(S::Inspecting, on).unwrap_err().kind,
            RefusalKind::Busy
        );
    }
}
