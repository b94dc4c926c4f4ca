//! `hammerscale import`: shows what was found and done. What that is, is decided in `crate::import`.

use super::format::{self, Format};
use crate::config::{self, Surroundings};
use crate::import::report::{Action, Report};
use crate::import::{self, Order};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Take over the records of another engine
#[derive(Args)]
pub struct ImportCommands {
    #[command(subcommand)]
    command: ImportCommand,
}

#[derive(Subcommand)]
enum ImportCommand {
    Ironic(IronicArgs),
}

/// Take over nodes and what belongs to them from an Ironic database
///
/// Ironic's database is only read. Machines are not asked anything and not touched: a node in use stays `active`, its machine keeps
/// running. A node that Ironic was working on is taken over in the failed state of that work, in which nothing happens until somebody asks.
/// Passwords are sealed in the store. What is here already is never overwritten, so an import may be run again and again.
///
/// Neither engine may run meanwhile: stop Ironic for good, and start `hammerscale serve` afterwards.
#[derive(Args)]
#[command(after_help = "Steps:
  1. hammerscale import ironic --database /shared/ironic.sqlite --dry-run    (Ironic may run)
  2. stop Ironic; with MariaDB: mysqldump --single-transaction ironic > ironic.sql
  3. hammerscale import ironic --database ironic.sql
  4. hammerscale serve

Examples:
  hammerscale import ironic --database /var/lib/ironic/ironic.sqlite --dry-run
  hammerscale import ironic --database ironic.sql.gz --data-dir /srv/hammerscale
  hammerscale import ironic --database postgresql://ironic@db.example/ironic     (password: PGPASSWORD or ~/.pgpass)

The whole move with its way back: docs/guide/migrating.md")]
pub struct IronicArgs {
    /// Ironic's database: a SQLite file, a MariaDB or MySQL dump (.sql, .sql.gz), or postgresql://USER@HOST/DATABASE
    #[arg(long, value_name = "URL|FILE")]
    database: String,
    /// Only show what would be taken, what would be changed and why, and what cannot be taken
    #[arg(long)]
    dry_run: bool,
    /// Go on although one of Ironic's conductors reported in the last two minutes (it was killed, not stopped)
    #[arg(long)]
    ironic_is_stopped: bool,
    /// Configuration file (TOML) of the daemon that will take over
    #[arg(long, value_name = "FILE", env = "HAMMERSCALE_CONFIG")]
    config: Option<PathBuf>,
    /// Folder for everything that the engine keeps, as for `serve`
    #[arg(long, value_name = "DIR")]
    data_dir: Option<String>,
    /// How the report is shown
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// Some records were not taken; the report says which.
#[derive(Debug, thiserror::Error)]
#[error("{0} of the records could not be taken or differ here: see above")]
pub struct Incomplete(usize);

impl ImportCommands {
    /// Runs the import.
    pub fn run(&self) -> anyhow::Result<()> {
        let ImportCommand::Ironic(args) = &self.command;
        args.run()
    }
}

impl IronicArgs {
    fn run(&self) -> anyhow::Result<()> {
        let file = self
            .config
            .as_deref()
            .filter(|it| !it.as_os_str().is_empty());
        let flags: Vec<(&'static str, String)> = self
            .data_dir
            .iter()
            .map(|it| ("data_dir", it.clone()))
            .collect();
        let configuration = config::load(file, &Surroundings::of_this_process(), &flags)?;
        let order = Order {
            database: &self.database,
            dry_run: self.dry_run,
            ironic_is_stopped: self.ironic_is_stopped,
        };
        let report = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?
            .block_on(import::ironic(&order, &configuration.settings))?;
        format::show(self.output, &report, || table(&report))?;
        match report.incomplete() {
            0 => Ok(()),
            _ if self.dry_run => Ok(()),
            count => Err(Incomplete(count).into()),
        }
    }
}

fn table(report: &Report) -> String {
    let mut text: Vec<String> = report.remarks.clone();
    text.push(String::new());
    text.push(details(report));
    text.push(String::new());
    text.push(counts(report));
    for left in &report.left_behind {
        text.push(format!(
            "left behind: {} {} ({})",
            left.count, left.what, left.why
        ));
    }
    if report.dry_run {
        text.push("\nThis was a dry run: nothing was stored.".to_owned());
    }
    text.join("\n")
}

/// Every node, and of everything else what there is something to tell about.
fn details(report: &Report) -> String {
    let told = report.entries.iter().filter(|entry| {
        entry.kind == "node"
            || !entry.notes.is_empty()
            || matches!(entry.action, Action::Differs | Action::Refused)
    });
    let rows = told.map(|entry| {
        vec![
            entry.kind.to_owned(),
            entry.label.clone(),
            entry.state.unwrap_or_default().to_owned(),
            entry.action.word(report.dry_run).to_owned(),
            entry.why(),
        ]
    });
    format::table(
        &["kind", "name", "state here", "result", "why"],
        rows.collect(),
    )
}

fn counts(report: &Report) -> String {
    let rows = report.counts().into_iter().map(|(kind, count)| {
        let cells = [
            count.taken,
            count.changed,
            count.present,
            count.differs,
            count.refused,
        ];
        let mut row = vec![kind.to_owned()];
        row.extend(cells.iter().map(ToString::to_string));
        row
    });
    let take = |verb: &'static str| {
        if report.dry_run {
            "would be taken"
        } else {
            verb
        }
    };
    format::table(
        &[
            "kind",
            take("taken"),
            "with changes",
            "here already",
            "differ here",
            "cannot be taken",
        ],
        rows.collect(),
    )
}
