//! `hammerscale node set`: changes fields of a node.

use crate::cli::api::Context;
use crate::cli::exit::usage;
use crate::cli::pairs::{Pair, interface, pair, public_pair};
use crate::cli::password::PasswordArgs;
use api_types::PatchOperation;
use clap::Args;

/// Change a node
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node set rack1-node7 --name rack2-node1
  hammerscale node set rack1-node7 --username admin --password-file bmc.txt
  hammerscale node set rack1-node7 --property capabilities=boot_mode:uefi --unset extra.rack
  hammerscale node set rack1-node7 --instance-info 'root_device={\"serial\": \"S3\"}' --interface deploy=direct")]
pub struct SetArgs {
    /// Name or UUID
    node: String,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// Another driver
    #[arg(long)]
    driver: Option<String>,
    /// Another address of the Redfish BMC
    #[arg(long, value_name = "URL")]
    bmc: Option<String>,
    /// Another account name on the BMC
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    #[command(flatten)]
    password: PasswordArgs,
    /// A property
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    property: Vec<Pair>,
    /// Anything that the driver wants to know
    #[arg(long, value_name = "KEY=VALUE", value_parser = public_pair)]
    driver_info: Vec<Pair>,
    /// Anything about the instance
    #[arg(long, value_name = "KEY=VALUE", value_parser = public_pair)]
    instance_info: Vec<Pair>,
    /// Anything of your own
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    extra: Vec<Pair>,
    /// An interface, such as boot=ipxe
    #[arg(long, value_name = "KIND=NAME", value_parser = interface)]
    interface: Vec<(String, String)>,
    /// What kind of machine it is
    #[arg(long, value_name = "CLASS")]
    resource_class: Option<String>,
    /// For people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Whose machine it is
    #[arg(long)]
    owner: Option<String>,
    /// Clean it automatically or not, whatever the engine's configuration says
    #[arg(long, value_name = "true|false")]
    automated_clean: Option<bool>,
    /// Protect it from being undeployed, rebuilt or deleted
    #[arg(long, value_name = "true|false")]
    protected: Option<bool>,
    /// Retire it: it is not offered again
    #[arg(long, value_name = "true|false")]
    retired: Option<bool>,
    /// Never power it off
    #[arg(long, value_name = "true|false")]
    disable_power_off: Option<bool>,
    /// Take a field away: owner, property.KEY, driver-info.KEY, instance-info.KEY, extra.KEY, deploy_interface
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,
}

impl SetArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let patch = self.patch()?;
        if patch.is_empty() {
            return Err(usage("nothing to change was named"));
        }
        context.client.patch_node(&self.node, &patch).await?;
        Ok(())
    }

    fn patch(&self) -> anyhow::Result<Vec<PatchOperation>> {
        let mut patch = Vec::new();
        let texts = [
            ("/name", self.name.clone()),
            ("/driver", self.driver.clone()),
            ("/driver_info/redfish_address", self.bmc.clone()),
            ("/driver_info/redfish_username", self.username.clone()),
            ("/driver_info/redfish_password", self.password.read()?),
            ("/resource_class", self.resource_class.clone()),
            ("/description", self.description.clone()),
            ("/owner", self.owner.clone()),
        ];
        for (path, value) in texts {
            patch.extend(value.map(|it| PatchOperation::add(path, it)));
        }
        let switches = [
            ("/automated_clean", self.automated_clean),
            ("/protected", self.protected),
            ("/retired", self.retired),
            ("/disable_power_off", self.disable_power_off),
        ];
        for (path, value) in switches {
            patch.extend(value.map(|it| PatchOperation::add(path, it)));
        }
        let objects = [
            ("properties", &self.property),
            ("driver_info", &self.driver_info),
            ("instance_info", &self.instance_info),
            ("extra", &self.extra),
        ];
        for (field, pairs) in objects {
            let add =
                |it: &Pair| PatchOperation::add(format!("/{field}/{}", it.key), it.value.clone());
            patch.extend(pairs.iter().map(add));
        }
        let add = |(field, name): &(String, String)| {
            PatchOperation::add(format!("/{field}"), name.as_str())
        };
        patch.extend(self.interface.iter().map(add));
        patch.extend(
            self.unset
                .iter()
                .map(|it| PatchOperation::remove(unset_path(it))),
        );
        Ok(patch)
    }
}

/// `property.cpus` is `/properties/cpus`: fields are named as their flags are, or as the API names them.
fn unset_path(field: &str) -> String {
    let (root, key) = field
        .split_once('.')
        .map_or((field, None), |(root, key)| (root, Some(key)));
    let root = match root {
        "property" => "properties".to_owned(),
        other => other.replace('-', "_"),
    };
    match key {
        Some(key) => format!("/{root}/{key}"),
        None => format!("/{root}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_flags_or_as_the_api_does() {
        for (field, path) in [
            ("owner", "/owner"),
            ("property.cpus", "/properties/cpus"),
            ("properties.cpus", "/properties/cpus"),
            (
                "driver-info.redfish_system_id",
                "/driver_info/redfish_system_id",
            ),
            ("extra.a-b", "/extra/a-b"),
            ("deploy_interface", "/deploy_interface"),
        ] {
            assert_eq!(unset_path(field), path);
        }
    }
}
