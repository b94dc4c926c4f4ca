//! A PostgreSQL server for the tests: Debian's programs, an unprivileged user, a unix socket in a temporary folder.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::io::Write as _;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use tempfile::TempDir;

const PROGRAMS: &str = "/usr/lib/postgresql";
const REQUIRE: &str = "HAMMERSCALE_REQUIRE_POSTGRES";

/// A running server; it ends with the last test that uses it.
pub struct Server {
    child: Child,
    folder: TempDir,
    databases: AtomicU32,
}

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Server {
    /// The server that all tests of this process share.
    pub fn shared() -> Option<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let Some(programs) = installed() else {
            let wanted = std::env::var(REQUIRE).is_ok_and(|value| value == "1");
            assert!(
                !wanted,
                "{REQUIRE}=1, but PostgreSQL's initdb is not installed"
            );
            // Not by a macro: the test harness would keep it to itself.
            let line =
                b"\nSKIPPED: no PostgreSQL in /usr/lib/postgresql, nothing was tested on it\n";
            std::io::stderr().write_all(line).unwrap();
            return None;
        };
        let server = Arc::new(Self::start(&programs));
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    fn start(programs: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let user = unprivileged();
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = folder.path().join("data");
        let made = command(programs, "initdb", user)
            .args(["--auth=trust", "--username=hammerscale", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let child = command(programs, "postgres", user)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-h", "", "-c", "fsync=off", "-c", "max_connections=200"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            folder,
            databases: AtomicU32::new(0),
        }
    }

    fn url(&self, database: &str) -> String {
        let host = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://hammerscale@{host}/{database}")
    }

    /// Makes an empty database and returns its URL.
    pub async fn new_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test{number}");
        let mut connection = self.connect_patiently().await;
        let sql = format!("CREATE DATABASE {name}");
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
        self.url(&name)
    }

    /// The server answers a moment after its start; until then it refuses.
    async fn connect_patiently(&self) -> PgConnection {
        for _ in 0..600 {
            match PgConnection::connect(&self.url("postgres")).await {
                Ok(connection) => return connection,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            }
        }
        panic!("the PostgreSQL server did not come up");
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

/// The folder of the newest installed server programs.
fn installed() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(PROGRAMS)
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            let programs = path.join("bin");
            programs
                .join("initdb")
                .exists()
                .then_some((version, programs))
        })
        .collect();
    versions.sort();
    Some(versions.pop()?.1)
}

/// PostgreSQL refuses to run as root; then it runs as `postgres`, else as `nobody`.
fn unprivileged() -> Option<(u32, u32)> {
    let me = std::fs::metadata("/proc/self").unwrap();
    if std::os::unix::fs::MetadataExt::uid(&me) != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(|id| id.parse::<u32>().unwrap());
        Some((ids.next()?, ids.next()?))
    };
    Some(find("postgres").or_else(|| find("nobody")).unwrap())
}

fn command(programs: &Path, name: &str, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(programs.join(name));
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
