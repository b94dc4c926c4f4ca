//! Taking a node out of use; cleaning follows by itself.

use super::power_off;
use model::{Node, Stage};

pub(crate) fn undeploy(node: &Node) -> Vec<Stage> {
    if node.disable_power_off {
        return vec![Stage::CloseBoot];
    }
    vec![power_off(0), Stage::CloseBoot]
}
