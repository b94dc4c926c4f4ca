//! Users and their roles, as the configuration gives them. It knows no passwords.

use crate::access::ProjectRole;
use std::collections::HashMap;
use std::str::FromStr;

/// What a user is to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Admin,
    /// Sees the whole fleet and changes nothing.
    SystemReader,
    /// Sees and uses the nodes that a project owns or has on lease.
    Project {
        /// How much.
        role: ProjectRole,
        /// The project, as it stands in a node's `owner` or `lessee`.
        project: String,
    },
}

/// The text names no role.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is admin, system-reader, manager:PROJECT, member:PROJECT or reader:PROJECT")]
pub struct NoRole;

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        let in_project = |role, project: &str| match project.is_empty() || project.len() > 255 {
            true => Err(NoRole),
            false => Ok(Self::Project {
                role,
                project: project.to_owned(),
            }),
        };
        match text.split_once(':') {
            None if text == "admin" => Ok(Self::Admin),
            None if text == "system-reader" => Ok(Self::SystemReader),
            Some(("manager", project)) => in_project(ProjectRole::Manager, project),
            Some(("member", project)) => in_project(ProjectRole::Member, project),
            Some(("reader", project)) => in_project(ProjectRole::Reader, project),
            _ => Err(NoRole),
        }
    }
}

/// The roles of users, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(HashMap<String, Role>);

impl Roles {
    /// Of these users; without any, every user is an administrator, as in Ironic.
    pub fn new(roles: impl IntoIterator<Item = (String, Role)>) -> Self {
        Self(roles.into_iter().collect())
    }

    /// The role of a user who proved who they are; none when roles are given and this user has none.
    pub(crate) fn of(&self, user: &str) -> Option<Role> {
        match self.0.is_empty() {
            true => Some(Role::Admin),
            false => self.0.get(user).cloned(),
        }
    }

    /// Users with a role.
    pub(crate) fn users(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The name; none where nobody is asked for one.
    pub user: Option<String>,
    /// What they may do; none: nothing.
    pub role: Option<Role>,
}

impl Caller {
    /// Whoever comes, where nobody is asked for a name.
    pub fn anybody() -> Self {
        Self {
            user: None,
            role: Some(Role::Admin),
        }
    }

    /// Somebody who was not asked for a name where others are.
    pub fn stranger() -> Self {
        Self {
            user: None,
            role: None,
        }
    }

    /// The project whose nodes alone the caller sees; none: all.
    pub fn project(&self) -> Option<&str> {
        match &self.role {
            Some(Role::Project { project, .. }) => Some(project),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_words() {
        assert_eq!("admin".parse(), Ok(Role::Admin));
        assert_eq!("system-reader".parse(), Ok(Role::SystemReader));
        let member = Role::Project {
            role: ProjectRole::Member,
            project: "a:b".to_owned(),
        };
        assert_eq!("member:a:b".parse(), Ok(member));
        for text in ["", "member", "member:", "Admin", "owner:a", "admin:a"] {
            assert_eq!(text.parse::<Role>(), Err(NoRole), "{text}");
        }
    }

    #[test]
    fn without_roles_everybody_is_an_administrator_and_with_roles_only_the_named_are_anything() {
        assert_eq!(Roles::default().of("a"), Some(Role::Admin));
        let roles = Roles::new([("a".to_owned(), Role::SystemReader)]);
        assert_eq!(roles.of("a"), Some(Role::SystemReader));
        assert_eq!(roles.of("b"), None);
    }
}
