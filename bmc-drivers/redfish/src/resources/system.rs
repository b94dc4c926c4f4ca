//! ComputerSystem: the machine.

use serde::Deserialize;

use super::{
    boot::Boot,
    lenient::{self, Link, Status},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ComputerSystem {
    #[serde(rename = "UUID", deserialize_with = "lenient::text")]
    pub uuid: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub manufacturer: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub model: Option<String>,
    #[serde(rename = "SKU", deserialize_with = "lenient::text")]
    pub sku: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub serial_number: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub bios_version: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub power_state: Option<String>,
    #[serde(deserialize_with = "lenient::typed")]
    pub status: Option<Status>,
    #[serde(deserialize_with = "lenient::typed")]
    pub boot: Option<Boot>,
    #[serde(deserialize_with = "lenient::typed")]
    actions: Option<Actions>,
    #[serde(deserialize_with = "lenient::typed")]
    links: Option<Links>,
    #[serde(deserialize_with = "lenient::typed")]
    pub ethernet_interfaces: Option<Link>,
    #[serde(rename = "@Redfish.Settings", deserialize_with = "lenient::typed")]
    settings: Option<Settings>,
}

impl ComputerSystem {
    /// The reset action, if the machine has one.
    pub(crate) fn reset(&self) -> Option<&ResetAction> {
        self.actions.as_ref()?.reset.as_ref()
    }

    /// The path of the manager; Huawei links it as `Managers`.
    pub(crate) fn manager_path(&self) -> Option<&str> {
        let links = self.links.as_ref()?;
        links
            .managed_by
            .iter()
            .chain(&links.managers)
            .find_map(Link::path)
    }

    /// Where changes wait for the next reset, and that resource's ETag as the system tells it.
    pub(crate) fn settings_object(&self) -> Option<(&str, Option<&str>)> {
        let settings = self.settings.as_ref()?;
        let etag = settings.etag.as_deref().filter(|etag| !etag.is_empty());
        Some((settings.object.as_ref()?.path()?, etag))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Actions {
    #[serde(rename = "#ComputerSystem.Reset", deserialize_with = "lenient::typed")]
    reset: Option<ResetAction>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResetAction {
    #[serde(deserialize_with = "lenient::typed")]
    pub target: Option<String>,
    #[serde(
        rename = "ResetType@Redfish.AllowableValues",
        deserialize_with = "lenient::texts"
    )]
    pub allowed: Option<Vec<String>>,
    #[serde(rename = "@Redfish.ActionInfo", deserialize_with = "lenient::typed")]
    pub info: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Links {
    #[serde(deserialize_with = "lenient::links")]
    managed_by: Vec<Link>,
    #[serde(deserialize_with = "lenient::links")]
    managers: Vec<Link>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Settings {
    #[serde(rename = "SettingsObject", deserialize_with = "lenient::typed")]
    object: Option<Link>,
    #[serde(rename = "ETag", deserialize_with = "lenient::typed")]
    etag: Option<String>,
}

/// The settings resource of a system: only its boot properties are of interest.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SystemSettings {
    #[serde(deserialize_with = "lenient::typed")]
    pub boot: Option<Boot>,
}

/// ActionInfo: what an action's parameters may be, where the action itself does not say.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ActionInfo {
    #[serde(deserialize_with = "lenient::typed")]
    parameters: Option<Vec<ActionParameter>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ActionParameter {
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient::texts")]
    allowable_values: Option<Vec<String>>,
}

impl ActionInfo {
    /// What this parameter may be.
    pub(crate) fn allowed(self, parameter: &str) -> Option<Vec<String>> {
        let mut parameters = self.parameters.unwrap_or_default().into_iter();
        parameters
            .find(|known| known.name.as_deref() == Some(parameter))?
            .allowable_values
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wrong_types_are_absent_and_the_rest_is_read() {
        let system: ComputerSystem = serde_json::from_value(json!({
            "UUID": null, "Model": 7, "SerialNumber": ["x"], "Status": "OK", "Boot": [], "Actions": null,
            "BiosVersion": " \u{0} ", "PowerState": "On", "Links": {"ManagedBy": [{}, 3, {"@odata.id": "/m/1/"}]}
        }))
        .unwrap();
        assert_eq!(system.power_state.as_deref(), Some("On"));
        assert_eq!(system.model.as_deref(), Some("7"));
        assert_eq!(system.manager_path(), Some("/m/1"));
        assert!(
            system.uuid.is_none()
                && system.serial_number.is_none()
                && system.bios_version.is_none()
        );
        assert!(system.status.is_none() && system.reset().is_none() && system.boot.is_none());
    }

    #[test]
    fn huawei_links_its_manager_by_another_name() {
        let system: ComputerSystem = serde_json::from_value(
            json!({"Links": {"Managers": [{"@odata.id": "/redfish/v1/Managers/1"}]}}),
        )
        .unwrap();
        assert_eq!(system.manager_path(), Some("/redfish/v1/Managers/1"));
    }

    #[test]
    fn settings_without_an_etag_of_their_own() {
        let system: ComputerSystem = serde_json::from_value(
            json!({"@Redfish.Settings": {"ETag": "", "SettingsObject": {"@odata.id": "/s/Settings"}}}),
        )
        .unwrap();
        assert_eq!(system.settings_object(), Some(("/s/Settings", None)));
    }
}
