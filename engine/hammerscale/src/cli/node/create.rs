//! `hammerscale node create`: registers a machine and its network cards.

use super::wait::Patience;
use crate::cli::api::Context;
use crate::cli::exit::usage;
use crate::cli::format;
use crate::cli::pairs::{self, Pair, interface, pair, public_pair};
use crate::cli::password::PasswordArgs;
use anyhow::Context as _;
use api_types::{NodeCreate, PortCreate};
use clap::Args;
use client::Goal;
use model::Object;
use serde_json::Value;

/// Register a machine
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node create --name rack1-node7 --bmc https://10.0.7.1 --username admin --password-file bmc.txt --mac 52:54:00:12:34:56
  hammerscale node create --driver fake-hardware --name test
  hammerscale node create --name n1 --bmc https://10.0.7.1/redfish/v1/Systems/1 --username admin --password-env BMC_PASSWORD --manage --wait")]
pub struct CreateArgs {
    /// Name: letters, digits, -, _, . and ~
    #[arg(long)]
    name: Option<String>,
    /// Driver; redfish when --bmc is given
    #[arg(long, required_unless_present = "bmc")]
    driver: Option<String>,
    /// Address of the Redfish BMC; a path names one of its systems
    #[arg(long, value_name = "URL")]
    bmc: Option<String>,
    /// Account name on the BMC
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    #[command(flatten)]
    password: PasswordArgs,
    /// MAC address of a network card that the machine boots from; makes a port
    #[arg(long, value_name = "MAC")]
    mac: Vec<String>,
    /// A property, such as cpu_arch=x86_64
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    property: Vec<Pair>,
    /// Anything else that the driver wants to know
    #[arg(long, value_name = "KEY=VALUE", value_parser = public_pair)]
    driver_info: Vec<Pair>,
    /// Anything of your own
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    extra: Vec<Pair>,
    /// An interface, such as boot=ipxe
    #[arg(long, value_name = "KIND=NAME", value_parser = interface)]
    interface: Vec<(String, String)>,
    /// What kind of machine it is, for schedulers
    #[arg(long, value_name = "CLASS")]
    resource_class: Option<String>,
    /// For people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Whose machine it is
    #[arg(long)]
    owner: Option<String>,
    /// Take it under control at once
    #[arg(long)]
    manage: bool,
    #[command(flatten)]
    patience: Patience,
}

impl CreateArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let node = context.client.create_node(&self.node()?).await?;
        let uuid = node.uuid.to_string();
        for address in &self.mac {
            let port = PortCreate {
                address: address.clone(),
                node_uuid: Some(node.uuid),
                ..PortCreate::default()
            };
            let made = context.client.create_port(&port).await;
            made.with_context(|| {
                format!("the node {uuid} was registered, but not its port {address}")
            })?;
        }
        if self.manage {
            context.client.provision_verb(&uuid, "manage").await?;
            let goal = Goal::Provision("manageable".to_owned());
            self.patience
                .wait(context, std::slice::from_ref(&uuid), &goal)
                .await?;
        }
        let document = context.client.node_document(&uuid).await?;
        format::show(context.output, &document, || format::fields(&document))
    }

    fn node(&self) -> anyhow::Result<NodeCreate> {
        let others = self
            .interface
            .iter()
            .map(|(field, name)| (field.clone(), Value::from(name.as_str())));
        Ok(NodeCreate {
            driver: self.driver.clone().unwrap_or_else(|| "redfish".to_owned()),
            name: self.name.clone(),
            driver_info: self.driver_info()?,
            properties: pairs::object(&self.property),
            extra: pairs::object(&self.extra),
            resource_class: self.resource_class.clone(),
            description: self.description.clone(),
            owner: self.owner.clone(),
            others: others.collect(),
            ..NodeCreate::default()
        })
    }

    fn driver_info(&self) -> anyhow::Result<Object> {
        let mut info = Object::new();
        let mut add = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                info.insert(key.to_owned(), Value::String(value));
            }
        };
        let (address, system) = self
            .bmc
            .as_deref()
            .map(split_bmc)
            .transpose()?
            .unwrap_or_default();
        add("redfish_address", address);
        add("redfish_system_id", system);
        add("redfish_username", self.username.clone());
        add("redfish_password", self.password.read()?);
        info.extend(pairs::object(&self.driver_info));
        Ok(info)
    }
}

/// `https://10.0.7.1/redfish/v1/Systems/1` is an address and a system; without a path the BMC's only system is meant.
fn split_bmc(url: &str) -> anyhow::Result<(Option<String>, Option<String>)> {
    let refuse = || {
        usage(format!(
            "--bmc '{url}' is not an address such as https://10.0.7.1"
        ))
    };
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (host, path) = match rest.split_once('/') {
        Some((host, path)) => (host, path.trim_matches('/')),
        None => (rest, ""),
    };
    if !matches!(scheme, "http" | "https") || host.is_empty() || host.contains(char::is_whitespace)
    {
        return Err(refuse());
    }
    if host.contains('@') {
        return Err(usage(
            "--bmc holds an account: use --username and --password-file",
        ));
    }
    let system = match path {
        "" | "redfish" | "redfish/v1" => None,
        path => Some(format!("/{path}")),
    };
    Ok((Some(format!("{scheme}://{host}")), system))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_name_a_system() {
        let split = |url: &str| {
            let (address, system) = split_bmc(url).unwrap();
            (address.unwrap(), system.unwrap_or_default())
        };
        let both = |address: &str, system: &str| (address.to_owned(), system.to_owned());
        assert_eq!(split("https://h:8000"), both("https://h:8000", ""));
        assert_eq!(split("h"), both("https://h", ""));
        assert_eq!(split("http://[::1]/redfish/v1/"), both("http://[::1]", ""));
        assert_eq!(
            split("https://h/redfish/v1/Systems/1/"),
            both("https://h", "/redfish/v1/Systems/1")
        );
        for url in ["ftp://h", "https://", "https:///x", "https://u:p@h", "a b"] {
            assert!(split_bmc(url).is_err(), "{url}");
        }
    }
}
