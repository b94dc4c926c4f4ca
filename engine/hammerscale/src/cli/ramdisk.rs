//! `hammerscale ramdisk`: shows the progress of a build; the building itself is elsewhere.

use super::format;
use crate::ramdisk::{self, Progress, RamdiskArgs, RamdiskCommand};
use indicatif::{ProgressBar, ProgressStyle};

/// Runs it.
pub fn run(args: RamdiskArgs) -> anyhow::Result<()> {
    let RamdiskCommand::Build(build) = args.command;
    let options = build.options()?;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::no_length();
    if let Ok(style) =
        ProgressStyle::with_template("{msg:<24} {bar:32} {percent:>3} %  {elapsed_precise}")
    {
        bar.set_style(style);
    }
    let report = ramdisk::build(&options, &|progress| show(&bar, progress));
    bar.finish_and_clear();
    format::print(&report?.to_string())
}

fn show(bar: &ProgressBar, progress: Progress) {
    let (what, done, total) = match progress {
        Progress::Unpacking { bytes, total } => ("unpacking the kernel", bytes, total),
        Progress::ReadingModules { done, total } => ("reading modules", done as u64, total as u64),
        Progress::Compressing { bytes, total } => ("compressing", bytes, total),
        Progress::Writing { file } => (file, 1, 1),
    };
    bar.set_message(what);
    bar.set_length(total);
    bar.set_position(done);
}
