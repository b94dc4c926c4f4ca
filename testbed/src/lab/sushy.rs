//! A Redfish BMC for every machine: sushy-tools' emulator in the lab's namespace, acting on the lab's libvirt.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::certificate;
use super::command::{output, tool};
use super::deadline::{Interrupt, wait_for};
use super::domain::{UEFI_CODE, UEFI_VARIABLES};
use super::libvirt;
use super::network::ENGINE;
use super::packages::python;
use super::process::{Process, log_tail, require_alive};
use super::record::{Record, write_private};

/// The emulator's port.
pub const PORT: u16 = 8000;
const PATIENCE: Duration = Duration::from_secs(60);

/// How to reach the BMCs of a lab. All machines share one Redfish service; a machine's system id is its UUID.
#[derive(Clone, Serialize, Deserialize)]
pub struct Bmc {
    /// Base URL without a trailing slash.
    pub url: String,
    /// User name.
    pub user: String,
    /// Password, drawn anew for each lab.
    pub password: String,
    /// The certificate to trust, PEM; none over plain HTTP.
    pub certificate: Option<PathBuf>,
}

impl fmt::Debug for Bmc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Bmc")
            .field("url", &self.url)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Bmc {
    /// Path of a machine's system resource.
    pub fn system(machine_uuid: &str) -> String {
        format!("/redfish/v1/Systems/{machine_uuid}")
    }

    /// A client that trusts the emulator's certificate. Use it inside the lab's namespace only.
    pub fn client(&self) -> Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60));
        if let Some(path) = &self.certificate {
            let pem = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            builder =
                builder
                    .tls_certs_only([reqwest::Certificate::from_pem(&pem)
                        .context("the certificate is damaged")?]);
        }
        builder.build().context("cannot make an HTTP client")
    }
}

/// Starts the emulator and waits until it answers with the right password.
pub fn start(record: &mut Record, tls: bool, interrupt: &Interrupt) -> Result<()> {
    let folder = record.folder().join("bmc");
    fs::create_dir_all(&folder)?;
    let programs = python::environment()?;
    let files = if tls {
        Some(certificate::create(&folder, "bmc", ENGINE)?)
    } else {
        None
    };
    let password = random_password()?;
    write_private(
        &folder.join("passwords"),
        password_line(&programs, &password)?.as_bytes(),
    )?;
    write_private(
        &folder.join("sushy.conf"),
        configuration(record, &folder, files.as_ref()).as_bytes(),
    )?;
    let process = spawn(record, &programs, &folder)?;
    record.add_process(process.clone())?;
    let bmc = Bmc {
        url: format!("{}://{ENGINE}:{PORT}", if tls { "https" } else { "http" }),
        user: "admin".to_owned(),
        password,
        certificate: files.map(|files| files.certificate),
    };
    let log = folder.join("sushy.out");
    wait_for("an answer of the BMC emulator", PATIENCE, interrupt, || {
        require_alive(&process, &log)?;
        Ok(answers(record, &bmc).then_some(()))
    })
    .with_context(|| format!("the BMC emulator says: {}", log_tail(&log)))?;
    write_private(&folder.join("curl"), curl_configuration(&bmc).as_bytes())?;
    record.bmc = Some(bmc);
    record.save()
}

fn spawn(record: &Record, programs: &Path, folder: &Path) -> Result<Process> {
    let log = File::create(folder.join("sushy.out"))?;
    let mut command = tool(programs.join("sushy-emulator"), ["--config"]);
    command
        .arg(folder.join("sushy.conf"))
        .env("TMPDIR", folder)
        .process_group(0)
        .stdout(log.try_clone()?)
        .stderr(log);
    let child = record.namespace().spawn(&mut command)?;
    Process::observe("sushy-emulator", child.id().cast_signed())
        .context("the BMC emulator ended at once")
}

fn answers(record: &Record, bmc: &Bmc) -> bool {
    let asked = record.namespace().block_on(|| async {
        let request = bmc
            .client()?
            .get(format!("{}/redfish/v1/Systems", bmc.url))
            .basic_auth(&bmc.user, Some(&bmc.password));
        Ok(request.send().await?.error_for_status()?.status())
    });
    asked.is_ok()
}

fn configuration(
    record: &Record,
    folder: &Path,
    files: Option<&certificate::CertificateFiles>,
) -> String {
    let quoted = |path: &Path| format!("'{}'", path.display());
    let optional = |path: Option<&Path>| path.map_or("None".to_owned(), quoted);
    format!(
        "SUSHY_EMULATOR_LISTEN_IP = '{ENGINE}'
SUSHY_EMULATOR_LISTEN_PORT = {PORT}
SUSHY_EMULATOR_SSL_CERT = {certificate}
SUSHY_EMULATOR_SSL_KEY = {key}
SUSHY_EMULATOR_AUTH_FILE = {passwords}
SUSHY_EMULATOR_STATE_DIR = {state}
SUSHY_EMULATOR_LIBVIRT_URI = '{libvirt}'
SUSHY_EMULATOR_IGNORE_BOOT_DEVICE = False
SUSHY_EMULATOR_VMEDIA_VERIFY_SSL = False
SUSHY_EMULATOR_BOOT_LOADER_MAP = {{'UEFI': {{'x86_64': '{UEFI_CODE}'}}, 'Legacy': {{'x86_64': None}}}}
SUSHY_EMULATOR_SECURE_BOOT_DISABLED_NVRAM = '{UEFI_VARIABLES}'
",
        certificate = optional(files.map(|files| files.certificate.as_path())),
        key = optional(files.map(|files| files.key.as_path())),
        passwords = quoted(&folder.join("passwords")),
        state = quoted(folder),
        libvirt = libvirt::uri(&record.folder()),
    )
}

/// A configuration file for curl, so that a person can ask the BMC without the password on a command line.
fn curl_configuration(bmc: &Bmc) -> String {
    let trust = bmc
        .certificate
        .as_ref()
        .map(|path| format!("cacert = \"{}\"\n", path.display()));
    format!(
        "user = \"{}:{}\"\n{}",
        bmc.user,
        bmc.password,
        trust.unwrap_or_default()
    )
}

/// The emulator checks the password at every request, so the digest is the cheapest that bcrypt has.
fn password_line(programs: &Path, password: &str) -> Result<String> {
    let script = "import bcrypt, os; print(bcrypt.hashpw(os.environ['LAB_PASSWORD'].encode(), bcrypt.gensalt(4)).decode())";
    let digest =
        output(tool(programs.join("python"), ["-c", script]).env("LAB_PASSWORD", password))?;
    Ok(format!("admin:{}\n", digest.trim()))
}

fn random_password() -> Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("cannot read /dev/urandom")?;
    Ok(hex::encode(bytes))
}
