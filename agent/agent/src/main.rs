//! The Hammerscale ramdisk agent: PID 1 of its own initramfs, or an ordinary program under another ramdisk and in tests.
//! It speaks the Ironic agent protocol, so it works under Ironic as well as under Hammerscale.

mod agent;
mod archive;
mod cmdline;
mod commands;
mod conductor;
mod disk;
mod efi;
mod failure;
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
mod progress;
mod server;
mod steps;
mod sys;

use std::process::ExitCode;

fn main() -> ExitCode {
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
