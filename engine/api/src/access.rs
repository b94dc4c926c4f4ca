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

const fn rule(owner: ProjectRole, lessee: Option<ProjectRole>, reads: bool) -> Access {
    Access::Node(NodeRule {
        owner: Some(owner),
        lessee,
        reads,
    })
}

/// Reading what owner and lessee may see.
pub(crate) const READ: Access = rule(ProjectRole::Reader, Some(ProjectRole::Reader), true);
/// Reading what only the owner may see.
pub(crate) const OWNER_READ: Access = rule(ProjectRole::Reader, None, true);
/// Using a node: power, virtual media.
pub(crate) const USE: Access = rule(ProjectRole::Member, Some(ProjectRole::Member), false);
/// Changing what a node runs: members of the owner, managers of the lessee.
pub(crate) const PROVISION: Access = rule(ProjectRole::Member, Some(ProjectRole::Manager), false);
/// Members of the owner.
pub(crate) const OWNER_USE: Access = rule(ProjectRole::Member, None, false);
/// Managers of the owner.
pub(crate) const OWNER_MANAGE: Access = rule(ProjectRole::Manager, None, false);
/// Managers of the owner and of the lessee.
pub(crate) const MANAGE: Access = rule(ProjectRole::Manager, Some(ProjectRole::Manager), false);
