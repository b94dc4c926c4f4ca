//! The web server as a process of its own, so that a lab that stays does not need the program that made it; and how to ask it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Status, Web, address, tls};
use crate::lab::Lab;
use crate::lab::command::tool;
use crate::lab::deadline::wait_for;
use crate::lab::process::require_alive;
use crate::lab::record::Record;

/// This very program, even when cargo has put a newer one in its place.
const MYSELF: &str = "/proc/self/exe";
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server of its own offers.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// Images, by public name.
    pub images: BTreeMap<String, PathBuf>,
    /// Most bytes that a download gets in a second.
    pub pace: Option<NonZeroU32>,
    /// Serve the same by HTTPS besides.
    pub tls: bool,
}

/// Starts this program once more inside the lab as its server. Returns once it answers.
pub fn start(lab: &mut Lab, offer: &Offer) -> Result<()> {
    let name = lab.record().name.clone();
    let mut command = tool(MYSELF, ["lab", "web", "--name", &name]);
    command.env("NO_COLOR", "1");
    for (public, file) in &offer.images {
        let mut pair = std::ffi::OsString::from(format!("{public}="));
        pair.push(file);
        command.arg("--offer").arg(pair);
    }
    if let Some(pace) = offer.pace {
        command.arg("--pace").arg(pace.to_string());
    }
    if offer.tls {
        command.arg("--tls");
    }
    let process = lab.spawn("web", &mut command)?;
    let log = lab.folder().join("web.out");
    wait_for("the web server", PATIENCE, lab.interrupt(), || {
        require_alive(&process, &log)?;
        Ok(lab.namespace().block_on(status).ok())
    })
    .map(drop)
}

/// What such a process does: serves until it is ended. Each offer is `NAME=FILE`.
pub fn serve(lab: &str, offers: &[String], pace: Option<NonZeroU32>, secure: bool) -> Result<()> {
    let images = offers
        .iter()
        .map(|offer| {
            let (public, file) = offer.split_once('=').context("an offer is NAME=FILE")?;
            Ok((public.to_owned(), PathBuf::from(file)))
        })
        .collect::<Result<_>>()?;
    let record = Record::load(lab)?;
    let namespace = record.namespace();
    let identity = match secure {
        true => Some(tls::identity(&record.folder())?),
        false => None,
    };
    let _web = Web::start(&namespace, address(), images, pace, identity)?;
    loop {
        std::thread::park();
    }
}

/// What it has seen so far. Ask from inside the lab's namespace.
pub async fn status() -> Result<Status> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()?;
    let answer = client
        .get(format!("http://{}/status", address()))
        .send()
        .await
        .context("the lab's web server does not answer")?;
    answer
        .json()
        .await
        .context("the lab's web server answers nonsense")
}
