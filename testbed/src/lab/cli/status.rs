//! `lab status`: what is up, and the commands that reach it. It never prints a password.

use anyhow::Result;

use crate::lab::libvirt;
use crate::lab::record::Record;
use crate::lab::sushy::Bmc;
use crate::lab::web;

/// Shows all labs.
pub fn show() -> Result<()> {
    let names = Record::names();
    if names.is_empty() {
        println!("no lab is up");
    }
    for name in names {
        match Record::load(&name) {
            Ok(record) => print(&record),
            Err(error) => println!(
                "{name}: half made ({error:#}); remove it with: cargo testbed lab down --name {name}"
            ),
        }
    }
    Ok(())
}

/// Shows one lab.
pub fn print(record: &Record) {
    let keeper = match &record.owner {
        Some(owner) if owner.is_alive() => format!("held by process {}", owner.id),
        Some(_) => "abandoned by a crashed run; the next `lab up` removes it".to_owned(),
        None => "stays until `lab down`".to_owned(),
    };
    println!("\nlab {} ({keeper})", record.name);
    println!("  files      {}", record.folder().display());
    for process in &record.processes {
        let state = process
            .cpu_seconds()
            .map_or("ended".to_owned(), |seconds| format!("{seconds:.1} CPU s"));
        println!("  process    {} {} ({state})", process.id, process.name);
    }
    for machine in &record.machines {
        let running = libvirt::process_of(&record.folder(), &machine.name)
            .filter(|process| process.is_alive());
        let state = running.map_or("off".to_owned(), |process| {
            format!("on, {:.1} CPU s", process.cpu_seconds().unwrap_or_default())
        });
        println!(
            "  machine    {} {} {} [{}]: {state}",
            machine.name, machine.mac, machine.uuid, machine.shape
        );
    }
    let inside = format!("ip netns exec {}", record.namespace().name());
    if let (Some(bmc), Some(machine)) = (&record.bmc, record.machines.first()) {
        let login = record.folder().join("bmc/curl");
        println!(
            "  Redfish    {inside} curl -sK {} {}{}",
            login.display(),
            bmc.url,
            Bmc::system(&machine.uuid)
        );
    }
    println!(
        "  reports    {inside} curl -s http://{}/status",
        web::address()
    );
    println!(
        "  images     {} (the names are in the reports' answer)",
        web::image_url("NAME")
    );
}
