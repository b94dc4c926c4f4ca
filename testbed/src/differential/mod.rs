//! `cargo testbed differential`: real Ironic and Hammerscale side by side. The same requests go to both; every difference in what they
//! answer is either listed in docs/differences.md or an error.

mod compare;
pub mod generate;
pub mod ironic;
mod known;
mod matrix;
mod pair;
mod player;
mod report;
mod row;
mod script;
mod states;
mod stories;
mod tidy;
mod waiting;
pub mod wire;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::suite::workspace;
use known::Known;
use pair::{Database, Hardware, Pair};
use player::Player;
use report::Report;

/// Play the same requests to real Ironic and to Hammerscale, and compare what they answer
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo testbed differential                  every story
  cargo testbed differential --story ports    the stories whose title holds this word
  cargo testbed differential --story generated --requests 5000 --seed 7
                                              requests made by chance, and nothing else
  cargo testbed differential --database postgresql
                                              the daemon keeps everything there
  cargo testbed differential --list           the stories' titles")]
pub struct DifferentialCommand {
    /// Only stories whose title holds this
    #[arg(long, value_name = "TEXT")]
    story: Vec<String>,
    /// How many further requests are made by chance
    #[arg(long, value_name = "N", default_value_t = 300)]
    requests: usize,
    /// What chance begins with: the same seed makes the same requests
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Of the sweep over all fields and filters, ask one of so many requests
    #[arg(long, value_name = "N", default_value_t = 1)]
    stride: usize,
    /// What the daemon keeps everything in
    #[arg(long, value_enum, default_value_t)]
    database: Database,
    /// List the stories and end
    #[arg(long)]
    list: bool,
    /// Tell every difference, not one of each kind
    #[arg(long)]
    every: bool,
    /// Write every listed difference to this file, and how often each row of the list was seen
    #[arg(long, value_name = "FILE")]
    listed: Option<PathBuf>,
    /// Write what was found to this file, too
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Of the sweep over fields and filters CI asks one request of so many: a number that meets every kind of request.
const CI_STRIDE: usize = 7;

/// What CI plays: every story, and some requests by chance, always the same.
pub fn stage() -> Result<()> {
    let command = DifferentialCommand {
        story: Vec::new(),
        requests: 200,
        seed: 1,
        stride: CI_STRIDE,
        database: Database::Sqlite,
        list: false,
        every: false,
        listed: None,
        report: None,
    };
    command.run()
}

impl DifferentialCommand {
    /// Runs it; unlisted or stale differences are an error.
    pub fn run(self) -> Result<()> {
        let stories = stories::all()?;
        if self.list {
            stories.iter().for_each(|story| println!("{}", story.title));
            let others = [matrix::titles(), generate::sweep::titles()].concat();
            others.iter().for_each(|title| println!("{title}"));
            return Ok(());
        }
        let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
        let folder = tempfile::tempdir().context("a folder for both servers")?;
        let played = runtime.block_on(self.play(stories, folder.path()));
        if played.is_err() {
            println!(
                "both servers' data and Ironic's log are kept in {}",
                folder.keep().display()
            );
        }
        played
    }

    async fn play(&self, stories: Vec<script::Story>, folder: &Path) -> Result<()> {
        let mut report = Report::new(Known::read(&workspace())?);
        report.every = self.every;
        report.listing = self.listed.is_some();
        for hardware in [Hardware::Fake, Hardware::Every] {
            let mut wanted = stories.iter().filter(|story| self.wants(&story.title));
            let others = hardware == Hardware::Fake && self.wants_other_than_stories();
            if others || wanted.any(|story| stories::hardware(story) == hardware) {
                let folder = folder.join(format!("{hardware:?}").to_lowercase());
                std::fs::create_dir(&folder).context("a folder for both servers")?;
                report = self.play_on(hardware, &stories, &folder, report).await?;
            }
        }
        let text = report.text();
        print!("{text}");
        if let Some(file) = &self.listed {
            std::fs::write(file, report.listed()).context("writing what is listed")?;
        }
        if let Some(file) = &self.report {
            std::fs::write(file, &text).context("writing the report")?;
        }
        self.judge(&report)
    }

    /// Plays what is for this hardware.
    async fn play_on(
        &self,
        hardware: Hardware,
        stories: &[script::Story],
        folder: &Path,
        report: Report,
    ) -> Result<Report> {
        let pair = Pair::start(folder, hardware, self.database).await?;
        let mut player = Player {
            sides: pair.sides()?,
            report,
        };
        for story in stories {
            if stories::hardware(story) == hardware
                && self.wants(&story.title)
                && let Err(error) = player.play(story).await
            {
                player.report.broken(&story.title, &error);
            }
        }
        if hardware == Hardware::Fake {
            matrix::play(&mut player, |title| self.wants(title)).await?;
            generate::sweep::play(&mut player, self.stride, |title| self.wants(title)).await?;
            if self.wants(report::GENERATED) {
                generate::play(&mut player, self.seed, self.requests).await?;
            }
        }
        pair.engine.stop()?;
        Ok(player.report)
    }

    fn wants_other_than_stories(&self) -> bool {
        let swept = generate::sweep::titles();
        let mut titles = matrix::titles().into_iter().chain(swept);
        self.wants(report::GENERATED) || titles.any(|title| self.wants(&title))
    }

    fn wants(&self, title: &str) -> bool {
        self.story.is_empty() || self.story.iter().any(|word| title.contains(word.as_str()))
    }

    fn judge(&self, report: &Report) -> Result<()> {
        let stale = report.stale(self.stride == 1);
        // A part of the stories cannot show every difference.
        if self.story.is_empty() && !stale.is_empty() {
            bail!(
                "rows of {} that no longer show:\n  {}",
                known::FILE,
                stale.join("\n  ")
            );
        }
        match (report.kinds(), report.broken_stories()) {
            (0, 0) => Ok(()),
            (_, broken) if broken > 0 => bail!("{broken} stories could not be played to their end"),
            (some, _) => bail!(
                "{some} kinds of differences are neither mended nor listed in {}",
                known::FILE
            ),
        }
    }
}
