//! Network boot as iPXE does it: the script, the kernel, the ramdisks, with patience when the server is away.

use std::sync::Arc;

use agent_wire::BootIdentity;
use reqwest::{Client, Method, StatusCode, Url};

use super::initrd;
use super::script::{self, Ramdisk, Script};
use crate::machines::board::Board;
use crate::machines::options::IdentityRule;
use crate::machines::world::{Trust, cause};

/// How often a boot is tried before the firmware goes on; the scripts of this engine count the same.
const ATTEMPTS: u32 = 8;
const LONGEST_CHAIN: usize = 4;
/// A script or an identity is a few kilobytes.
const LARGEST: usize = 1 << 20;

/// What the network says.
pub(super) enum NetworkBoot {
    Ramdisk(Loaded),
    Disk,
}

/// A ramdisk that was loaded.
pub(in crate::machines) struct Loaded {
    pub ramdisk: Ramdisk,
    pub identity: Option<BootIdentity>,
}

/// Loads what the boot listener has for this machine; the error says why not.
pub(super) async fn load(board: &Arc<Board>) -> Result<NetworkBoot, String> {
    let timings = board.world.options.timings;
    let client = board.world.client(&Trust::default())?;
    let mut pause = timings.retry;
    let mut attempt = 1;
    loop {
        match once(board, &client).await {
            Ok(boot) => return Ok(boot),
            Err(Trouble::Final(why)) => return Err(why),
            Err(Trouble::Passing(why)) if attempt == ATTEMPTS => return Err(why),
            Err(Trouble::Passing(_)) => attempt += 1,
        }
        board.pass(pause).await;
        pause = (pause * 2).min(timings.retry * 8);
    }
}

enum Trouble {
    /// Worth another try.
    Passing(String),
    /// The firmware goes on.
    Final(String),
}

async fn once(board: &Board, client: &Client) -> Result<NetworkBoot, Trouble> {
    let Some(base) = board.world.boot_listener() else {
        return Err(Trouble::Passing("no boot listener is known".to_owned()));
    };
    let Ok(_place) = board.world.boot_places.acquire().await else {
        return Err(Trouble::Final("the fleet is stopping".to_owned()));
    };
    let mac = &board.machine.mac;
    let mut url = format!("{base}/boot.ipxe?mac={mac}");
    for _ in 0..LONGEST_CHAIN {
        let text = get(client, &url).await?;
        let text = String::from_utf8_lossy(&text);
        let read = script::parse(&text, mac);
        match read.map_err(|error| Trouble::Final(error.to_string()))? {
            Script::Disk => return Ok(NetworkBoot::Disk),
            Script::Chain(next) => url = next,
            Script::Ramdisk(ramdisk) => return fetch(board, client, ramdisk).await,
        }
    }
    Err(Trouble::Final(
        "the scripts chain without an end".to_owned(),
    ))
}

async fn fetch(board: &Board, client: &Client, ramdisk: Ramdisk) -> Result<NetworkBoot, Trouble> {
    artefact(board, client, &ramdisk.kernel).await?;
    let mut identity = None;
    for (name, url) in &ramdisk.initrds {
        if is_identity(name, url) {
            identity = fetch_identity(board, client, url).await?;
        } else {
            artefact(board, client, url).await?;
        }
    }
    Ok(NetworkBoot::Ramdisk(Loaded { ramdisk, identity }))
}

/// The identity is small and must be had; all else is content that a model machine does not run.
fn is_identity(name: &str, url: &str) -> bool {
    name == "identity" || Url::parse(url).is_ok_and(|url| url.path() == "/identity")
}

async fn fetch_identity(
    board: &Board,
    client: &Client,
    url: &str,
) -> Result<Option<BootIdentity>, Trouble> {
    match get(client, url).await {
        Ok(bytes) => initrd::identity(&bytes).map_err(|error| Trouble::Final(error.to_string())),
        Err(_) if board.world.options.identity == IdentityRule::Optional => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

async fn artefact(board: &Board, client: &Client, url: &str) -> Result<(), Trouble> {
    let whole = board.world.options.whole_artefacts;
    let method = if whole { Method::GET } else { Method::HEAD };
    let mut answer = ask(client, method, url).await?;
    while let Some(piece) = answer.chunk().await.map_err(|error| broken(url, &error))? {
        drop(piece);
    }
    Ok(())
}

async fn get(client: &Client, url: &str) -> Result<Vec<u8>, Trouble> {
    let mut answer = ask(client, Method::GET, url).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| broken(url, &error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LARGEST {
            return Err(Trouble::Final(format!(
                "{url} is larger than {LARGEST} bytes"
            )));
        }
    }
    Ok(bytes)
}

async fn ask(client: &Client, method: Method, url: &str) -> Result<reqwest::Response, Trouble> {
    let sent = client.request(method, url).send().await;
    let answer = sent.map_err(|error| broken(url, &error))?;
    match answer.status() {
        StatusCode::OK => Ok(answer),
        // A script or identity that is refused now may be given when the engine has caught up.
        status => Err(Trouble::Passing(format!("{url}: {status}"))),
    }
}

fn broken(url: &str, error: &reqwest::Error) -> Trouble {
    Trouble::Passing(format!("{url}: {}", cause(error)))
}
