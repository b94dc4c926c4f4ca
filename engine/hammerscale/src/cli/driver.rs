//! `hammerscale driver`: what kinds of machines the engine can drive.

use super::api::{ApiArgs, Context};
use super::format;
use clap::{Args, Subcommand};

/// Show the drivers that nodes may use
#[derive(Args)]
pub struct DriverCommands {
    #[command(flatten)]
    api: ApiArgs,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// List the enabled drivers
    #[command(after_help = "Examples:\n  hammerscale driver list")]
    List,
    /// Show a driver with its interfaces
    #[command(after_help = "Examples:\n  hammerscale driver show redfish")]
    Show {
        /// The driver
        driver: String,
    },
}

impl DriverCommands {
    /// Runs it.
    pub async fn run(&self) -> anyhow::Result<()> {
        let context = self.api.context()?;
        match &self.verb {
            Verb::List => list(&context).await,
            Verb::Show { driver } => {
                let document = context.client.driver_document(driver).await?;
                format::show(context.output, &document, || format::fields(&document))
            }
        }
    }
}

async fn list(context: &Context) -> anyhow::Result<()> {
    let drivers = context.client.drivers().await?;
    format::show(context.output, &drivers, || {
        let rows = drivers
            .iter()
            .map(|it| vec![it.name.clone(), it.hosts.join(", ")]);
        format::table(&["name", "conductors"], rows.collect())
    })
}
