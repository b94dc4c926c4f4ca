//! A daemon that asks for names: TLS, three users of three roles, and the clients with right and wrong names, passwords and authorities,
//! also while the daemon's certificate is exchanged.

use super::ground::Ground;
use super::play::Player;
use super::sdk::write;
use super::story;
use crate::engine::EngineProcess;
use crate::lab::certificate::CertificateFiles;
use crate::lab::command::output;
use anyhow::{Context, Result, bail};
use rcgen::{CertificateParams, DnType, KeyPair};
use std::io::{BufRead, BufReader, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SCRIPT: (&str, &str) = ("signed_in.py", include_str!("sdk/signed_in.py"));

/// Each part, and who types it.
const PARTS: &[(&str, &str)] = &[
    ("ann", include_str!("stories/admin.story")),
    ("meg", include_str!("stories/member.story")),
    ("rita", include_str!("stories/reader.story")),
    ("nora", include_str!("stories/nobody.story")),
];

/// A daemon for three users, and what its clients need to know.
struct Site {
    folder: tempfile::TempDir,
    engine: EngineProcess,
    /// The certificate that it shows at first, and another one.
    certificates: [CertificateFiles; 2],
}

pub(super) fn run(ground: &Ground) -> Result<()> {
    let site = site(ground)?;
    let mut player = Player::new("identity", ground)?;
    for (user, text) in PARTS {
        player.options = site.options(user, &password(user), &site.certificates[0].certificate);
        let played = player.play(&story::parse(text)?);
        played.with_context(|| format!("as {user}"))?;
    }
    wrong(&site, &mut player)?;
    exchange(ground, &site, &mut player)?;
    site.engine.stop()
}

fn password(user: &str) -> String {
    format!("{user}s-secret")
}

fn site(ground: &Ground) -> Result<Site> {
    let folder = tempfile::tempdir().context("a folder for the daemon")?;
    let certificates = [
        certificate(folder.path(), "first")?,
        certificate(folder.path(), "second")?,
    ];
    shown(folder.path(), &certificates[0])?;
    let mut users = String::new();
    for user in ["ann", "meg", "rita", "nora"] {
        users.push_str(&format!("{user}:{}\n", hash(ground, &password(user))?));
    }
    std::fs::write(folder.path().join("users"), users).context("writing the users")?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let keys = [
        ("api.tls_certificate", path("api.crt")),
        ("api.tls_key", path("api.key")),
        ("api.htpasswd_file", path("users")),
        (
            "api.roles",
            "ann=admin,meg=member:web,rita=reader:web".to_owned(),
        ),
    ];
    let engine = ground.fake_site(folder.path(), &keys)?;
    Ok(Site {
        folder,
        engine,
        certificates,
    })
}

/// A certificate that signs itself. Each has a name of its own, by which clients that trust several find it.
fn certificate(folder: &Path, name: &str) -> Result<CertificateFiles> {
    let key = KeyPair::generate().context("making a key")?;
    let mut wanted = CertificateParams::new([Ipv4Addr::LOCALHOST.to_string()])?;
    wanted.distinguished_name.push(DnType::CommonName, name);
    let made = wanted.self_signed(&key).context("making a certificate")?;
    let files = CertificateFiles {
        certificate: folder.join(format!("{name}.crt")),
        key: folder.join(format!("{name}.key")),
    };
    std::fs::write(&files.certificate, made.pem()).context("writing a certificate")?;
    std::fs::write(&files.key, key.serialize_pem()).context("writing a key")?;
    Ok(files)
}

/// Makes this certificate the one that the daemon shows.
fn shown(folder: &Path, certificate: &CertificateFiles) -> Result<()> {
    for (from, to) in [
        (&certificate.key, "api.key"),
        (&certificate.certificate, "api.crt"),
    ] {
        std::fs::copy(from, folder.join(to)).with_context(|| format!("writing {to}"))?;
    }
    Ok(())
}

fn hash(ground: &Ground, password: &str) -> Result<String> {
    let script = "import bcrypt, os; print(bcrypt.hashpw(os.environ['WORD'].encode(), bcrypt.gensalt(6)).decode())";
    let mut command = Command::new(ground.bin.join("python"));
    let hash = output(command.args(["-c", script]).env("WORD", password))?;
    Ok(hash.trim().to_owned())
}

impl Site {
    fn url(&self) -> String {
        format!("https://{}", self.engine.address)
    }

    fn options(&self, user: &str, password: &str, authority: &Path) -> Vec<String> {
        let authority = authority.display().to_string();
        let url = self.url();
        [
            ("--os-auth-type", "http_basic"),
            ("--os-endpoint", &url),
            ("--os-username", user),
            ("--os-password", password),
            ("--os-cacert", &authority),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value.to_owned()])
        .collect()
    }
}

/// A wrong password, a name that nobody has, no name at all, and an authority that did not sign.
fn wrong(site: &Site, player: &mut Player) -> Result<()> {
    let [first, second] = &site.certificates;
    let list = "! node list\n";
    for (user, password, authority, said) in [
        ("ann", "wrong", first, "HTTP 401"),
        ("nobody", "annssecret", first, "HTTP 401"),
        ("ann", "anns-secret", second, "CERTIFICATE_VERIFY_FAILED"),
    ] {
        player.options = site.options(user, password, &authority.certificate);
        player.play(&story::parse(&format!("{list}  says {said}\n"))?)?;
    }
    player.options = super::ground::without_names(&site.url());
    let authority = first.certificate.display().to_string();
    player.options.extend(["--os-cacert".to_owned(), authority]);
    player.play(&story::parse(&format!("{list}  says HTTP 401\n"))?)
}

/// The daemon is given another certificate while a client is connected: who trusts both goes on, and who trusts one alone sees the change.
fn exchange(ground: &Ground, site: &Site, player: &mut Player) -> Result<()> {
    let folder = site.folder.path();
    let both = both(folder, &site.certificates)?;
    write(folder, &[SCRIPT])?;
    let mut child = Command::new(ground.bin.join("python"))
        .arg(folder.join(SCRIPT.0))
        .env("ENDPOINT", site.url())
        .env("AUTHORITIES", both)
        .env("FORMER_AUTHORITY", &site.certificates[0].certificate)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting python")?;
    let mut to = child.stdin.take().context("python has no input")?;
    let mut from = BufReader::new(child.stdout.take().context("python has no output")?);
    let mut said = String::new();
    from.read_line(&mut said).context("hearing the script")?;
    if said.trim() != "ready" {
        let _ = child.kill();
        let _ = child.wait();
        bail!("signed_in.py said '{said}'");
    }
    shown(folder, &site.certificates[1])?;
    for (trusted, line) in [
        (1, "? node list\n  count 3\n"),
        (0, "! node list\n  says CERTIFICATE_VERIFY_FAILED\n"),
    ] {
        let authority = &site.certificates[trusted].certificate;
        player.options = site.options("ann", &password("ann"), authority);
        player.play(&story::parse(line)?)?;
    }
    writeln!(to, "exchanged").context("telling the script")?;
    let status = child.wait().context("waiting for the script")?;
    if !status.success() {
        bail!("signed_in.py failed after the exchange");
    }
    Ok(())
}

/// A file with both certificates.
fn both(folder: &Path, certificates: &[CertificateFiles; 2]) -> Result<PathBuf> {
    let mut text = String::new();
    for files in certificates {
        text.push_str(&std::fs::read_to_string(&files.certificate).context("a certificate")?);
    }
    let path = folder.join("both.crt");
    std::fs::write(&path, text).context("writing the certificates")?;
    Ok(path)
}
