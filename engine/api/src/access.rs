//! Who may do what: each endpoint names one of these. It knows no users' names and reads no files.

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, without a name: discovery, health, and what agents ask.
    Open,
    /// Every user; the handler shows each what is theirs.
    Anyone,
    /// Who may read the whole fleet.
    FleetReader,
    /// Administrators.
    Admin,
    /// Who has this on the node that the call is about; the handler finds the node with [`crate::ident::node`], which judges.
    Node(NodeRule),
}

/// What a project's users may do on a node: the least role that its owner's users need, and its lessee's. None: not at all.
/// Administrators may do everything; readers of the fleet what `reads` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeRule {
    /// Users of the owning project.
    pub owner: Option<ProjectRole>,
    /// Users of the project that has the node on lease.
    pub lessee: Option<ProjectRole>,
    /// Whether it only reads, so that readers of the fleet may.
    pub reads: bool,
}

impl NodeRule {
    /// Whether users of `project` with `held` may, on a node of this owner and lessee.
    pub fn allows(
        self,
        held: ProjectRole,
        project: &str,
        owner: Option<&str>,
        lessee: Option<&str>,
    ) -> bool {
        let enough = |needed: Option<ProjectRole>, of: Option<&str>| {
            of == Some(project) && needed.is_some_and(|needed| held >= needed)
        };
        enough(self.owner, owner) || enough(self.lessee, lessee)
    }
}

/// A role in a project; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProjectRole {
    /// Sees.
    Reader,
    /// Uses.
    Member,
    /// Decides.
    Manager,
}

const fn rule(owner: ProjectRole, lessee: Option<ProjectRole>, reads: bool) -> NodeRule {
    NodeRule {
        owner: Some(owner),
        lessee,
        reads,
    }
}

/// What seeing a node at all takes.
pub(crate) const SEE: NodeRule = rule(ProjectRole::Reader, Some(ProjectRole::Reader), true);
/// What seeing how the engine reaches a node takes.
pub(crate) const SEE_INSIDE: NodeRule = rule(ProjectRole::Reader, None, true);
/// Only administrators.
pub(crate) const NOBODY: NodeRule = NodeRule {
    owner: None,
    lessee: None,
    reads: false,
};

/// Reading what owner and lessee may see.
pub(crate) const READ: Access = Access::Node(SEE);
/// Reading what only the owner may see.
pub(crate) const OWNER_READ: Access = Access::Node(SEE_INSIDE);
/// Using a node: power, virtual media.
pub(crate) const USE: Access =
    Access::Node(rule(ProjectRole::Member, Some(ProjectRole::Member), false));
/// Changing what a node runs: members of the owner, managers of the lessee.
pub(crate) const PROVISION: Access =
    Access::Node(rule(ProjectRole::Member, Some(ProjectRole::Manager), false));
/// Members of the owner.
pub(crate) const OWNER_USE: Access = Access::Node(rule(ProjectRole::Member, None, false));
/// Managers of the owner and of the lessee.
pub(crate) const MANAGE: Access = Access::Node(rule(
    ProjectRole::Manager,
    Some(ProjectRole::Manager),
    false,
));
/// Managers of the owner.
pub(crate) const OWNER_MANAGE: Access = Access::Node(rule(ProjectRole::Manager, None, false));

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ProjectRole::{Manager, Member, Reader};

    fn allowed(access: Access, held: ProjectRole) -> (bool, bool, bool) {
        let Access::Node(rule) = access else {
            panic!("not of a node");
        };
        let (owner, lessee) = (Some("owner"), Some("lessee"));
        let as_of = |project| rule.allows(held, project, owner, lessee);
        (as_of("owner"), as_of("lessee"), as_of("other"))
    }

    #[test]
    fn rules_are_those_of_ironic() {
        for (access, held, owner, lessee) in [
            (READ, Reader, true, true),
            (OWNER_READ, Reader, true, false),
            (USE, Reader, false, false),
            (USE, Member, true, true),
            (PROVISION, Member, true, false),
            (PROVISION, Manager, true, true),
            (OWNER_USE, Member, true, false),
            (MANAGE, Member, false, false),
            (MANAGE, Manager, true, true),
            (OWNER_MANAGE, Member, false, false),
            (OWNER_MANAGE, Manager, true, false),
        ] {
            assert_eq!(
                allowed(access, held),
                (owner, lessee, false),
                "{access:?} {held:?}"
            );
        }
        assert!(!NOBODY.allows(Manager, "p", Some("p"), Some("p")));
        assert!(!SEE.allows(Manager, "p", None, None));
    }
}
