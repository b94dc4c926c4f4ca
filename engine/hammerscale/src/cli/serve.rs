//! `hammerscale serve`: from file, variables and flags to settings. The flags come from the table of keys.

use super::Serve;
use super::format;
use crate::config::{self, IronicSources, KEYS, Kind, Remark, Surroundings, Verdict};
use crate::serve::log_once;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use std::path::{Path, PathBuf};

/// Run the daemon
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale serve
  hammerscale serve --listen 127.0.0.1:7000 --data-dir /srv/hammerscale
  hammerscale serve --config /etc/hammerscale/hammerscale.toml --check-config
  hammerscale serve --netboot-interface br0 --netboot-dhcp proxy
  hammerscale serve --ironic-env --check-config      (with the variables that ironic-image was given)

Every key of the configuration has a flag: see --help (all) and docs/guide/configuration.md. Flags go before HAMMERSCALE_* variables,
which go before the file.")]
pub struct ServeArgs {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "HAMMERSCALE_CONFIG")]
    config: Option<PathBuf>,
    /// Check the configuration, show what is in effect (secrets masked), and end
    #[arg(long)]
    check_config: bool,
    /// Understand Ironic's settings too: the variables of Metal3's ironic-image, OS_<SECTION>__<OPTION>, /certs/ironic and /auth/ironic
    ///
    /// Each setting is named in the log (with --check-config: shown) with the key that it sets here, or with the reason why it has no
    /// meaning or is not supported yet. Whatever is said in this program's own file, variables or flags is stronger.
    #[arg(long)]
    ironic_env: bool,
    /// With --ironic-env: an ironic.conf, weaker than the variables
    #[arg(long, value_name = "FILE", requires = "ironic_env")]
    ironic_conf: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyFlags,
}

impl ServeArgs {
    /// Reads the configuration and runs the daemon with it.
    pub fn run(&self, serve: Serve) -> anyhow::Result<()> {
        let file = self
            .config
            .as_deref()
            .filter(|it| !it.as_os_str().is_empty());
        let surroundings = Surroundings::of_this_process();
        let ironic = self.ironic_env.then(|| IronicSources {
            conf: self.ironic_conf.as_deref(),
            root: Path::new("/"),
        });
        let (configuration, remarks) = config::load_over(ironic, file, &surroundings, &self.keys.0);
        // Which of Ironic's settings led to a problem is part of the answer.
        let configuration = configuration.inspect_err(|_| eprint!("{}", rendered(&remarks)))?;
        if self.check_config {
            let shown = rendered(&remarks) + &configuration.effective.render();
            return format::print(&shown);
        }
        log_once(&configuration.settings.log, || remarks.iter().for_each(log))?;
        serve(configuration.settings)
    }
}

/// Ironic's settings as comments above the configuration that they led to.
fn rendered(remarks: &[Remark]) -> String {
    let mut lines: Vec<String> = remarks.iter().map(|it| format!("# {it}\n")).collect();
    if !lines.is_empty() {
        lines.insert(0, "# Ironic's settings:\n".to_owned());
        lines.push("\n".to_owned());
    }
    lines.concat()
}

/// What was not taken over is a warning: somebody set it for a reason.
fn log(remark: &Remark) {
    match remark.verdict {
        Verdict::Taken { .. } | Verdict::NoMeaning(_) => {
            tracing::info!("Ironic's setting {remark}")
        }
        Verdict::NotYet(_) | Verdict::Unknown => tracing::warn!("Ironic's setting {remark}"),
    }
}

/// One flag for each key, in the order of the table.
struct KeyFlags(Vec<(&'static str, String)>);

/// Keys whose flags stand in the short help.
const PROMINENT: &[&str] = &[
    "api.listen",
    "api.insecure",
    "data_dir",
    "database_url",
    "netboot.interface",
    "netboot.dhcp",
    "log.level",
];

impl Args for KeyFlags {
    fn augment_args(command: Command) -> Command {
        let args = KEYS.iter().map(|key| {
            // The parser wants texts that live as long as the process, and is made once.
            let flag: &'static str = key.flag().leak();
            let heading: &'static str = format!("Configuration: {}", heading(key.section())).leak();
            let arg = Arg::new(key.path)
                .long(flag)
                .help(key.meaning)
                .hide_short_help(!PROMINENT.contains(&key.path))
                .help_heading(heading)
                .action(ArgAction::Set);
            match key.kind {
                // A switch may stand alone.
                Kind::Switch => arg
                    .value_name("true|false")
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true"),
                _ => arg.value_name("VALUE").allow_hyphen_values(false),
            }
        });
        command.args(args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn heading(section: &str) -> &str {
    match section {
        "" => "main",
        section => section,
    }
}

impl FromArgMatches for KeyFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = KEYS.iter().filter_map(|key| {
            let text = matches.get_one::<String>(key.path)?;
            Some((key.path, text.clone()))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
