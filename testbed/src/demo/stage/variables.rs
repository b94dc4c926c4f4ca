//! A machine's EFI variables, read from its firmware's memory while it is off, by a program of other people.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::lab::command::{output, tool};
use crate::lab::packages::python;

const READER: &[&str] = &["virt-firmware==25.7.3"];

#[derive(Deserialize)]
struct Dump {
    variables: Vec<Variable>,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    data: String,
}

/// The program that reads them, installed on first use: outside of a lab, from where no registry is reached.
pub fn reader() -> Result<PathBuf> {
    Ok(python::isolated_environment(READER)?.join("virt-fw-vars"))
}

/// Every variable's bytes by its name.
pub struct Variables(BTreeMap<String, Vec<u8>>);

impl Variables {
    /// Reads the file of a machine.
    pub fn read(file: &Path) -> Result<Self> {
        let folder = tempfile::tempdir().context("a folder for the variables")?;
        let json = folder.path().join("variables");
        output(
            tool(reader()?, ["-i"])
                .arg(file)
                .arg("--output-json")
                .arg(&json),
        )?;
        let dump: Dump = serde_json::from_str(&std::fs::read_to_string(&json)?)
            .context("virt-fw-vars wrote something else")?;
        let all = dump.variables.into_iter();
        let all = all.map(|one| Ok((one.name, hex::decode(one.data)?)));
        Ok(Self(all.collect::<Result<_>>()?))
    }

    /// One variable's bytes.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The boot entries, `Boot` and four hexadecimal digits.
    pub fn boot_entries(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let is_entry = |name: &str| {
            let number = name.strip_prefix("Boot");
            number.is_some_and(|it| it.len() == 4 && it.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        let all = self.0.iter();
        all.map(|(name, value)| (name.as_str(), value.as_slice()))
            .filter(move |(name, _)| is_entry(name))
    }
}
