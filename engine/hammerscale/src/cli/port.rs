//! `hammerscale port`: the network cards of machines.

use super::api::{ApiArgs, Context};
use super::confirm::confirm;
use super::exit::usage;
use super::format;
use super::pairs::{self, Pair, pair};
use api_types::{PatchOperation, PortCreate};
use clap::{Args, Subcommand};
use client::PortFilter;
use serde_json::Value;

/// Manage ports: the network cards of machines
#[derive(Args)]
pub struct PortCommands {
    #[command(flatten)]
    api: ApiArgs,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Register a network card
    #[command(
        after_help = "Examples:\n  hammerscale port create 52:54:00:12:34:56 --node rack1-node7\n  hammerscale port create 52:54:00:12:34:57 --node rack1-node7 --no-pxe"
    )]
    Create(CreateArgs),
    /// List ports
    #[command(
        after_help = "Examples:\n  hammerscale port list --node rack1-node7\n  hammerscale port list --address 52:54:00:12:34:56 -o json"
    )]
    List(ListArgs),
    /// Show a port
    #[command(
        after_help = "Examples:\n  hammerscale port show 5d0d2d2e-2a4e-4b3c-9d0c-0c2b7a4b9b11"
    )]
    Show {
        /// UUID or name
        port: String,
    },
    /// Change a port
    #[command(
        after_help = "Examples:\n  hammerscale port set 5d0d2d2e-2a4e-4b3c-9d0c-0c2b7a4b9b11 --pxe false\n  hammerscale port set eth0-of-7 --unset physical_network"
    )]
    Set(SetArgs),
    /// Forget ports
    #[command(
        after_help = "Examples:\n  hammerscale port delete 5d0d2d2e-2a4e-4b3c-9d0c-0c2b7a4b9b11 --yes"
    )]
    Delete {
        /// UUIDs
        #[arg(required = true, value_name = "PORT")]
        ports: Vec<String>,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Args)]
struct CreateArgs {
    /// MAC address
    #[arg(value_name = "MAC")]
    address: String,
    /// The machine (UUID or name)
    #[arg(long)]
    node: String,
    /// A name for the port
    #[arg(long)]
    name: Option<String>,
    /// The machine does not boot from this card
    #[arg(long)]
    no_pxe: bool,
    /// The physical network that it is plugged into
    #[arg(long, value_name = "NAME")]
    physical_network: Option<String>,
    /// The switch port, as KEY=VALUE: switch_id, port_id, switch_info
    #[arg(long = "link", value_name = "KEY=VALUE", value_parser = pairs::text_pair)]
    links: Vec<Pair>,
    /// Anything of your own
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    extra: Vec<Pair>,
}

#[derive(Args)]
struct ListArgs {
    /// Of this machine
    #[arg(long)]
    node: Option<String>,
    /// With this MAC address
    #[arg(long, value_name = "MAC")]
    address: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Args)]
struct SetArgs {
    /// UUID or name
    port: String,
    /// Another MAC address
    #[arg(long, value_name = "MAC")]
    address: Option<String>,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// Whether the machine boots from this card
    #[arg(long, value_name = "true|false")]
    pxe: Option<bool>,
    /// The physical network that it is plugged into
    #[arg(long, value_name = "NAME")]
    physical_network: Option<String>,
    /// The switch port
    #[arg(long = "link", value_name = "KEY=VALUE", value_parser = pairs::text_pair)]
    links: Vec<Pair>,
    /// Anything of your own
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    extra: Vec<Pair>,
    /// Take a field away: name, physical_network, extra.KEY
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,
}

impl PortCommands {
    /// Runs it.
    pub async fn run(&self) -> anyhow::Result<()> {
        let context = self.api.context()?;
        match &self.verb {
            Verb::Create(args) => create(&context, args).await,
            Verb::List(args) => list(&context, args).await,
            Verb::Show { port } => {
                let document = context.client.port_document(port).await?;
                format::show(context.output, &document, || format::fields(&document))
            }
            Verb::Set(args) => set(&context, args).await,
            Verb::Delete { ports, yes } => {
                confirm(*yes, &format!("Forget {}?", ports.join(", ")))?;
                for port in ports {
                    context.client.delete_port(port).await?;
                }
                Ok(())
            }
        }
    }
}

async fn create(context: &Context, args: &CreateArgs) -> anyhow::Result<()> {
    let node = context.client.node(&args.node).await?;
    let port = PortCreate {
        address: args.address.clone(),
        // By UUID, which every version of the API takes.
        node_uuid: Some(node.uuid),
        name: args.name.clone(),
        pxe_enabled: args.no_pxe.then_some(false),
        physical_network: args.physical_network.clone(),
        local_link_connection: (!args.links.is_empty()).then(|| pairs::object(&args.links)),
        extra: (!args.extra.is_empty()).then(|| pairs::object(&args.extra)),
        ..PortCreate::default()
    };
    let port = context.client.create_port(&port).await?;
    let document = context.client.port_document(&port.uuid.to_string()).await?;
    format::show(context.output, &document, || format::fields(&document))
}

async fn list(context: &Context, args: &ListArgs) -> anyhow::Result<()> {
    let filter = PortFilter {
        node: args.node.clone(),
        address: args.address.clone(),
        detail: true,
        limit: args.limit,
    };
    let ports = context.client.port_documents(&filter).await?;
    format::show(context.output, &ports, || {
        const COLUMNS: [&str; 4] = ["uuid", "address", "node_uuid", "pxe_enabled"];
        let row = |port: &Value| COLUMNS.map(|it| format::cell(&port[it])).to_vec();
        format::table(
            &["uuid", "address", "node", "pxe"],
            ports.iter().map(row).collect(),
        )
    })
}

async fn set(context: &Context, args: &SetArgs) -> anyhow::Result<()> {
    let mut patch = Vec::new();
    let texts = [
        ("address", &args.address),
        ("name", &args.name),
        ("physical_network", &args.physical_network),
    ];
    for (field, value) in texts {
        patch.extend(
            value
                .clone()
                .map(|it| PatchOperation::add(format!("/{field}"), it)),
        );
    }
    patch.extend(args.pxe.map(|it| PatchOperation::add("/pxe_enabled", it)));
    let objects = [
        ("local_link_connection", &args.links),
        ("extra", &args.extra),
    ];
    for (field, pairs) in objects {
        patch.extend(
            pairs
                .iter()
                .map(|it| PatchOperation::add(format!("/{field}/{}", it.key), it.value.clone())),
        );
    }
    patch.extend(
        args.unset
            .iter()
            .map(|it| PatchOperation::remove(format!("/{}", it.replace('.', "/")))),
    );
    if patch.is_empty() {
        return Err(usage("nothing to change was named"));
    }
    context.client.patch_port(&args.port, &patch).await?;
    Ok(())
}
