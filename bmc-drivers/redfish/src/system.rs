//! Which system is meant, and which profile fits its BMC.

use std::sync::Arc;

use bmc_core::{BmcError, BmcMessage, Target};

use crate::{
    connection::{Bmc, Resource},
    http::malformed,
    resources::{Collection, ComputerSystem, Link, Manager, ServiceRoot},
    vendors::{self, Profile, SelfDescription},
};

/// Pages read of a collection.
const MOST_PAGES: usize = 8;
/// Members read of a collection.
const MOST_MEMBERS: usize = 64;

impl Bmc {
    /// Reads the target's system. A path that is not there is looked for once from the root: some BMCs know a resource only
    /// after its collection was read (seen on Lenovo), and a BMC may number its systems anew.
    pub(crate) async fn system(
        &self,
        target: &Target,
    ) -> Result<Resource<ComputerSystem>, BmcError> {
        let doing = "read the system";
        let known = self.known(|knowledge| knowledge.system_paths.get(&target.system_id).cloned());
        let path = match known.or_else(|| target.system_id.clone().filter(|id| id.starts_with('/')))
        {
            Some(path) => path,
            None => self.find_system(target).await?,
        };
        match self.get(&path, doing).await {
            Err(BmcError::NotFound { .. }) => {
                self.forget_knowledge();
                let path = self.find_system(target).await?;
                self.get(&path, doing).await
            }
            other => other,
        }
    }

    /// The service root, read once.
    pub(crate) async fn root(&self) -> Result<Arc<ServiceRoot>, BmcError> {
        if let Some(root) = self.known(|knowledge| knowledge.root.clone()) {
            return Ok(root);
        }
        let root = Arc::new(
            self.get::<ServiceRoot>(&self.root_path(), "read the service root")
                .await?
                .value,
        );
        self.known(|knowledge| knowledge.root = Some(root.clone()));
        Ok(root)
    }

    /// The members of a collection (at most 64).
    pub(crate) async fn members(&self, path: &str, doing: &str) -> Result<Vec<String>, BmcError> {
        let first = self.get::<Collection>(path, doing).await?.value;
        self.members_from(first, doing).await
    }

    /// The members of a collection whose first page is this (at most 64).
    pub(crate) async fn members_from(
        &self,
        first: Collection,
        doing: &str,
    ) -> Result<Vec<String>, BmcError> {
        let mut members = Vec::new();
        let mut page = first;
        for _ in 0..MOST_PAGES {
            members.extend(
                page.members
                    .iter()
                    .filter_map(Link::path)
                    .map(str::to_owned),
            );
            let Some(next) = page.next.take().filter(|_| members.len() < MOST_MEMBERS) else {
                break;
            };
            page = self.get::<Collection>(&next, doing).await?.value;
        }
        members.truncate(MOST_MEMBERS);
        Ok(members)
    }

    async fn find_system(&self, target: &Target) -> Result<String, BmcError> {
        let root = self.root().await?;
        let Some(collection) = root.systems.as_ref().and_then(Link::path) else {
            return Err(malformed(
                target,
                "read the service root",
                "it names no systems; is this a Redfish service?",
            ));
        };
        let members = self.members(collection, "list the systems").await?;
        let path = pick(target, members)?;
        self.known(|knowledge| {
            knowledge
                .system_paths
                .insert(target.system_id.clone(), path.clone())
        });
        Ok(path)
    }

    /// The manager of this system, if the BMC shows one.
    pub(crate) async fn manager(
        &self,
        system: &ComputerSystem,
    ) -> Result<Option<Manager>, BmcError> {
        let path = match system.manager_path() {
            Some(path) => Some(path.to_owned()),
            None => self.only_manager().await?,
        };
        let Some(path) = path else { return Ok(None) };
        Ok(self
            .get_optional::<Manager>(&path, "read the manager")
            .await?
            .map(|resource| resource.value))
    }

    async fn only_manager(&self) -> Result<Option<String>, BmcError> {
        let root = self.root().await?;
        let Some(path) = root.managers.as_ref().and_then(Link::path) else {
            return Ok(None);
        };
        let collection = self
            .get_optional::<Collection>(path, "list the managers")
            .await?;
        let members = collection
            .map(|resource| resource.value.members)
            .unwrap_or_default();
        Ok(members
            .first()
            .filter(|_| members.len() == 1)
            .and_then(Link::path)
            .map(str::to_owned))
    }

    /// The profile of this system's BMC; chosen anew when the machine's UUID is another one.
    pub(crate) async fn profile(
        &self,
        system: &Resource<ComputerSystem>,
    ) -> Result<&'static Profile, BmcError> {
        let known = self.known(|knowledge| knowledge.profiles.get(&system.path).cloned());
        if let Some((uuid, profile)) = known
            && uuid == system.value.uuid
        {
            return Ok(profile);
        }
        let manager = self.manager(&system.value).await?;
        self.choose_profile(system, manager.as_ref()).await
    }

    /// Chooses the profile by what the BMC says of itself now.
    pub(crate) async fn choose_profile(
        &self,
        system: &Resource<ComputerSystem>,
        manager: Option<&Manager>,
    ) -> Result<&'static Profile, BmcError> {
        let root = self.root().await?;
        let profile = vendors::choose(&describe(&root, &system.value, manager));
        tracing::debug!(bmc = %self.target().address, profile = profile.name, "quirk profile");
        let entry = (system.value.uuid.clone(), profile);
        self.known(|knowledge| knowledge.profiles.insert(system.path.clone(), entry));
        Ok(profile)
    }
}

/// What the BMC says of itself, vendor from the root, else the system, else the manager.
pub(crate) fn describe(
    root: &ServiceRoot,
    system: &ComputerSystem,
    manager: Option<&Manager>,
) -> SelfDescription {
    let vendor = root.vendor.as_ref().or(system.manufacturer.as_ref());
    let vendor = vendor.or_else(|| manager.and_then(|manager| manager.manufacturer.as_ref()));
    let firmware = manager.and_then(|manager| manager.firmware_version.clone());
    SelfDescription {
        vendor: vendor.cloned().unwrap_or_default(),
        service: root.id.clone().unwrap_or_default(),
        model: system.model.clone().unwrap_or_default(),
        bmc_firmware: firmware.unwrap_or_default(),
    }
}

/// The wanted one of the systems that the BMC lists.
fn pick(target: &Target, members: Vec<String>) -> Result<String, BmcError> {
    let wrong = |problem: String, members: &[String]| BmcError::WhichSystem {
        problem: format!("the BMC at {} {problem}", target.address),
        members: members
            .iter()
            .map(|path| BmcMessage::new(path).as_str().to_owned())
            .collect(),
    };
    match (&target.system_id, members.as_slice()) {
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(wrong("lists no system".to_owned(), &members)),
        (None, many) => Err(wrong(format!("has {} systems", many.len()), many)),
        (Some(id), all) => {
            let wanted = id.trim_end_matches('/');
            let found = all
                .iter()
                .find(|path| *path == wanted || path.rsplit('/').next() == Some(wanted));
            found.cloned().ok_or_else(|| {
                wrong(
                    format!("has no system {:?}", BmcMessage::new(id).as_str()),
                    all,
                )
            })
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn target(id: Option<&str>) -> Target {
        let mut target = Target::new("192.0.2.7".parse().unwrap());
        target.system_id = id.map(str::to_owned);
        target
    }

    fn two() -> Vec<String> {
        vec![
            "/redfish/v1/Systems/a".into(),
            "/redfish/v1/Systems/b".into(),
        ]
    }

    #[test]
    fn the_only_system_needs_no_name() {
        assert_eq!(pick(&target(None), vec!["/s/1".into()]).unwrap(), "/s/1");
        let text = pick(&target(None), two()).unwrap_err().to_string();
        assert!(
            text.contains("has 2 systems") && text.contains("Systems/a, /redfish/v1/Systems/b"),
            "{text}"
        );
        assert!(
            pick(&target(None), Vec::new())
                .unwrap_err()
                .to_string()
                .contains("lists no system")
        );
    }

    #[test]
    fn a_system_is_named_by_path_or_by_id() {
        assert_eq!(
            pick(&target(Some("b")), two()).unwrap(),
            "/redfish/v1/Systems/b"
        );
        assert_eq!(
            pick(&target(Some("/redfish/v1/Systems/a/")), two()).unwrap(),
            "/redfish/v1/Systems/a"
        );
        let text = pick(&target(Some("c")), two()).unwrap_err().to_string();
        assert!(
            text.contains("no system \"c\"") && text.contains("redfish_system_id"),
            "{text}"
        );
    }

    #[test]
    fn the_root_names_the_vendor_before_the_system_and_the_manager() {
        let root = |vendor: Option<&str>| ServiceRoot {
            vendor: vendor.map(str::to_owned),
            ..Default::default()
        };
        let system = |maker: Option<&str>| -> ComputerSystem {
            serde_json::from_value(serde_json::json!({ "Manufacturer": maker })).unwrap()
        };
        let manager = Manager {
            manufacturer: Some("M".into()),
            firmware_version: Some("7".into()),
        };
        assert_eq!(
            describe(&root(Some("R")), &system(Some("S")), Some(&manager)).vendor,
            "R"
        );
        assert_eq!(
            describe(&root(None), &system(Some("S")), Some(&manager)).vendor,
            "S"
        );
        let described = describe(&root(None), &system(None), Some(&manager));
        assert_eq!(
            (described.vendor.as_str(), described.bmc_firmware.as_str()),
            ("M", "7")
        );
    }
}
