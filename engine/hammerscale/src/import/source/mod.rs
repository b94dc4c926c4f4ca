//! Where Ironic's records come from: a SQLite file, a PostgreSQL server or a MariaDB/MySQL dump. All give rows by table; none is
//! ever written to.

mod dump;
mod lexer;
mod postgres;
mod sqlite;

use super::row::Row;
use anyhow::{Context, Result, bail};
use std::io::Read;
use std::path::{Path, PathBuf};

/// More rows than this are not read: no Ironic has so many machines.
pub const MOST_ROWS: usize = 5_000_000;

/// Takes each row with its table.
pub type Sink<'a> = dyn FnMut(&'static str, Row) -> Result<()> + Send + 'a;

/// A database of Ironic.
pub enum Source {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(String),
    /// A MariaDB or MySQL dump, perhaps packed with gzip.
    Dump(PathBuf),
}

const MYSQL: &str = "a running MariaDB or MySQL is not read: dump it with `mysqldump --single-transaction ironic > ironic.sql` (or \
                     mariadb-dump) and give --database ironic.sql";

impl Source {
    /// What a URL, in SQLAlchemy's form too, or the path of a file means.
    ///
    /// # Errors
    /// When it is neither a readable file nor the URL of a database that can be read. The URL is not quoted: it may hold a password.
    pub fn named(database: &str) -> Result<Self> {
        let Some((scheme, rest)) = database.split_once(':') else {
            return Self::file(Path::new(database));
        };
        // SQLAlchemy names the driver too: postgresql+psycopg2.
        match scheme.split('+').next().unwrap_or_default() {
            "postgres" | "postgresql" => {
                // An account without a host: the server's socket, which a parameter names.
                let rest = rest.replacen("@/", "@localhost/", 1);
                Ok(Source::Postgres(format!("postgresql:{rest}")))
            }
            "mysql" | "mariadb" => bail!("--database: {MYSQL}"),
            // Three slashes and the path.
            "sqlite" => Self::file(Path::new(rest.strip_prefix("///").unwrap_or(rest))),
            _ if Path::new(database).exists() => Self::file(Path::new(database)),
            _ => bail!(
                "--database: neither a file nor a URL that is understood (postgresql://USER@HOST/DATABASE, sqlite:///PATH)"
            ),
        }
    }

    fn file(path: &Path) -> Result<Self> {
        let mut head = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(16).read_to_end(&mut head))
            .with_context(|| format!("--database {}", path.display()))?;
        if head.is_empty() {
            bail!("--database {}: the file is empty", path.display());
        }
        Ok(match head.starts_with(b"SQLite format 3\0") {
            true => Source::Sqlite(path.to_owned()),
            false => Source::Dump(path.to_owned()),
        })
    }

    /// What it is, for people; never with a password.
    pub fn describe(&self) -> String {
        match self {
            Source::Sqlite(path) => format!("SQLite file {}", path.display()),
            Source::Postgres(url) => {
                let address = url.parse::<crate::config::DatabaseUrl>();
                let shown = address.map_or_else(|_| String::new(), |url| format!(" {url}"));
                format!("PostgreSQL database{shown}")
            }
            Source::Dump(path) => format!("dump {}", path.display()),
        }
    }

    /// Gives every row of the wanted tables, as of one instant. Tables that are not there have no rows.
    ///
    /// # Errors
    /// When the database cannot be read to its end.
    pub async fn scan(&self, wanted: &[&'static str], sink: &mut Sink<'_>) -> Result<()> {
        let mut rows = 0;
        let mut counted = |table: &'static str, row: Row| {
            rows += 1;
            if rows > MOST_ROWS {
                bail!("the database holds more than {MOST_ROWS} rows: that is no Ironic's");
            }
            sink(table, row)
        };
        match self {
            Source::Sqlite(path) => sqlite::scan(path, wanted, &mut counted).await,
            Source::Postgres(url) => postgres::scan(url, wanted, &mut counted).await,
            Source::Dump(path) => dump::scan_file(path, wanted, &mut counted),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_known_by_its_url_or_its_first_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = folder.path().join("ironic.sqlite");
        std::fs::write(&sqlite, b"SQLite format 3\0 and more").unwrap();
        let dump = folder.path().join("ironic.sql");
        std::fs::write(&dump, "-- MariaDB dump").unwrap();
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let alchemy = format!("sqlite:///{}", path(&sqlite));
        for name in [path(&sqlite), alchemy] {
            assert!(matches!(Source::named(&name), Ok(Source::Sqlite(found)) if found == sqlite));
        }
        assert!(matches!(
            Source::named(&path(&dump)),
            Ok(Source::Dump(found)) if found == dump
        ));
        let told = Source::named("postgresql+psycopg2://me:pa55@db/ironic").unwrap();
        assert!(matches!(&told, Source::Postgres(url) if url == "postgresql://me:pa55@db/ironic"));
        assert!(!told.describe().contains("pa55"), "{}", told.describe());
        let socket = Source::named("postgresql+psycopg2://me@/ironic?host=/run/pg").unwrap();
        assert!(matches!(&socket, Source::Postgres(url) if url.contains("me@localhost/ironic")));
    }

    #[test]
    fn what_cannot_be_read_is_said_without_a_password() {
        let told = |name: &str| {
            let error = Source::named(name).err().unwrap();
            format!("{error:#}")
        };
        assert!(told("mysql+pymysql://me:pa55@db/ironic").contains("mysqldump"));
        assert!(!told("mysql+pymysql://me:pa55@db/ironic").contains("pa55"));
        assert!(!told("oracle://me:pa55@db/ironic").contains("pa55"));
        assert!(told("/does/not/exist").contains("/does/not/exist"));
    }
}
