//! Taking a node out of use; cleaning follows by itself.

use super::leave_network_boot;
use model::{Node, Stage};

pub(crate) fn undeploy(node: &Node) -> Vec<Stage> {
    leave_network_boot(node)
}
