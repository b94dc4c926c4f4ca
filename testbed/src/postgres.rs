//! A throw-away PostgreSQL server: Debian's programs, an unprivileged user, a unix socket in a temporary folder. It knows nothing of this
//! project's tables. The tests of the store and of the program include this file by its path: they may not import the testbed.

use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PROGRAMS: &str = "/usr/lib/postgresql";
const REQUIRE: &str = "HAMMERSCALE_REQUIRE_POSTGRES";
const USER: &str = "hammerscale";
/// How long it may take to come up, and how often it is looked at meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
/// From this version on texts can be sorted as a language has it, whatever the machine's locales are.
const SORTS_BY_LANGUAGE: u32 = 15;

/// A running server; it ends with the last one who uses it.
pub struct Server {
    child: Child,
    folder: TempDir,
    programs: PathBuf,
    databases: AtomicU32,
}

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Server {
    /// The server that all of this process share; none when PostgreSQL is not installed, which is said aloud.
    ///
    /// # Errors
    /// It cannot be started, or it is not installed and `HAMMERSCALE_REQUIRE_POSTGRES` is 1.
    pub fn shared() -> io::Result<Option<Arc<Self>>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Ok(Some(server));
        }
        let Some((version, programs)) = installed() else {
            if std::env::var(REQUIRE).is_ok_and(|value| value == "1") {
                let said = format!("{REQUIRE}=1, but PostgreSQL's initdb is not installed");
                return Err(io::Error::other(said));
            }
            // Not by a macro: a test harness would keep it to itself.
            let line =
                b"\nSKIPPED: no PostgreSQL in /usr/lib/postgresql, nothing was tested on it\n";
            io::stderr().write_all(line)?;
            return Ok(None);
        };
        let server = Arc::new(Self::start(version, programs)?);
        *shared = Arc::downgrade(&server);
        Ok(Some(server))
    }

    fn start(version: u32, programs: PathBuf) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let user = unprivileged()?;
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid))?;
        }
        let data = folder.path().join("data");
        let mut initdb = command(&programs, "initdb", user);
        initdb
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .arg(format!("--username={USER}"));
        if version >= SORTS_BY_LANGUAGE {
            // Whoever forgets to say by what texts are sorted gets another order than SQLite's.
            initdb.args(["--locale-provider=icu", "--icu-locale=en-US"]);
        }
        initdb
            .args(["--no-sync", "-D"])
            .arg(&data)
            .current_dir(folder.path());
        run(&mut initdb)?;
        let child = command(&programs, "postgres", user)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-h", "", "-c", "fsync=off", "-c", "max_connections=400"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self {
            child,
            folder,
            programs,
            databases: AtomicU32::new(0),
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// It answers a moment after its start; until then it refuses.
    fn wait_until_ready(&self) -> io::Result<()> {
        let began = Instant::now();
        while self.program("pg_isready").output()?.status.code() != Some(0) {
            if began.elapsed() > PATIENCE {
                return Err(io::Error::other(
                    "the PostgreSQL server did not come up in time",
                ));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Errors
    /// The server refuses or is gone.
    pub fn new_database(&self) -> io::Result<String> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test{number}");
        run(self.program("createdb").arg(&name))?;
        let host = self.folder.path().display().to_string().replace('/', "%2F");
        Ok(format!("postgres://{USER}@{host}/{name}"))
    }

    /// What `psql` prints for some SQL in a database that [`Self::new_database`] made: a line for each row, `|` between values.
    ///
    /// # Errors
    /// The server refuses or is gone.
    pub fn ask(&self, url: &str, sql: &str) -> io::Result<String> {
        let arguments = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"];
        let mut psql = self.program("psql");
        psql.args(arguments).args(["-d", name_of(url), "-c", sql]);
        run(&mut psql)
    }

    /// All that such a database holds, as `pg_dump` prints it; bytes come in hex.
    ///
    /// # Errors
    /// The server refuses or is gone.
    pub fn dump(&self, url: &str) -> io::Result<String> {
        run(self.program("pg_dump").args(["-d", name_of(url)]))
    }

    /// Where the server keeps everything, write-ahead log included.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A client's program, told where the server is.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-h").arg(self.folder.path()).args(["-U", USER]);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown; what it leaves behind is a temporary folder.
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-INT", &pid]).status();
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

fn run(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let program = command.get_program().display().to_string();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("{program}: {said}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The newest installed server programs: their version and folder.
fn installed() -> Option<(u32, PathBuf)> {
    std::fs::read_dir(PROGRAMS)
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            let programs = path.join("bin");
            let found = programs.join("initdb").exists();
            found.then_some((version, programs))
        })
        .max()
}

/// PostgreSQL refuses to run as root; then it runs as `postgres`, else as `nobody`.
fn unprivileged() -> io::Result<Option<(u32, u32)>> {
    if std::fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        let mut lines = users.lines().map(|line| line.split(':'));
        let mut words = lines.find(|words| words.clone().next() == Some(name))?;
        Some((words.nth(2)?.parse().ok()?, words.next()?.parse().ok()?))
    };
    let found = find("postgres").or_else(|| find("nobody"));
    let found = found.ok_or_else(|| io::Error::other("there is no user that PostgreSQL may be"))?;
    Ok(Some(found))
}

fn command(programs: &Path, name: &str, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(programs.join(name));
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
