//! `hammerscale node`: one file a command.

mod boot_device;
mod clean;
mod config_drive;
mod create;
mod delete;
mod deploy;
mod explain;
mod history;
mod inventory;
mod list;
mod logs;
mod maintenance;
mod power;
mod set;
mod show;
mod timeline;
mod validate;
mod verbs;
mod wait;
mod watch;

use super::api::ApiArgs;
use clap::{Args, Subcommand};

/// Manage nodes: the machines
#[derive(Args)]
pub struct NodeCommands {
    #[command(flatten)]
    api: ApiArgs,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Create(Box<create::CreateArgs>),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Set(Box<set::SetArgs>),
    Delete(delete::DeleteArgs),
    Manage(verbs::ManageArgs),
    Inspect(verbs::InspectArgs),
    Provide(verbs::ProvideArgs),
    Clean(clean::CleanArgs),
    Deploy(Box<deploy::DeployArgs>),
    Undeploy(verbs::UndeployArgs),
    Abort(verbs::AbortArgs),
    Power(power::PowerArgs),
    BootDevice(boot_device::BootDeviceArgs),
    Maintenance(maintenance::MaintenanceArgs),
    Wait(wait::WaitArgs),
    Watch(watch::WatchArgs),
    Timeline(timeline::TimelineArgs),
    Explain(explain::ExplainArgs),
    Inventory(inventory::InventoryArgs),
    Logs(logs::LogsArgs),
    Validate(validate::ValidateArgs),
    History(history::HistoryArgs),
}

impl NodeCommands {
    /// Runs it.
    pub async fn run(&self) -> anyhow::Result<()> {
        let context = &self.api.context()?;
        match &self.verb {
            Verb::Create(args) => args.run(context).await,
            Verb::List(args) => args.run(context).await,
            Verb::Show(args) => args.run(context).await,
            Verb::Set(args) => args.run(context).await,
            Verb::Delete(args) => args.run(context).await,
            Verb::Manage(args) => args.run(context).await,
            Verb::Inspect(args) => args.run(context).await,
            Verb::Provide(args) => args.run(context).await,
            Verb::Clean(args) => args.run(context).await,
            Verb::Deploy(args) => args.run(context).await,
            Verb::Undeploy(args) => args.run(context).await,
            Verb::Abort(args) => args.run(context).await,
            Verb::Power(args) => args.run(context).await,
            Verb::BootDevice(args) => args.run(context).await,
            Verb::Maintenance(args) => args.run(context).await,
            Verb::Wait(args) => args.run(context).await,
            Verb::Watch(args) => args.run(context).await,
            Verb::Timeline(args) => args.run(context).await,
            Verb::Explain(args) => args.run(context).await,
            Verb::Inventory(args) => args.run(context).await,
            Verb::Logs(args) => args.run(context).await,
            Verb::Validate(args) => args.run(context).await,
            Verb::History(args) => args.run(context).await,
        }
    }
}
