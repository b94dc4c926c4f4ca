//! The Hammerscale ramdisk agent: PID 1 of its own initramfs, or an ordinary program under another ramdisk and in tests.
//! It speaks the Ironic agent protocol, so it works under Ironic as well as under Hammerscale. It is a program: the only
//! thing to call here is [`run`], and [`fuzzing`] is for the fuzz targets alone.

mod agent;
mod archive;
mod cmdline;
mod commands;
mod conductor;
mod disk;
mod efi;
mod failure;
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod host;
mod image;
mod init;
mod inventory;
mod life;
mod log;
mod net;
mod options;
mod outbound;
mod partition_image;
mod progress;
mod server;
mod steps;
mod sys;

use std::process::ExitCode;

/// The program: as PID 1 the init, else the agent with the options of its command line.
pub fn run() -> ExitCode {
    if std::process::id() == 1 {
        init::supervise::run();
    }
    let options = match options::Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    life::run(options)
}
