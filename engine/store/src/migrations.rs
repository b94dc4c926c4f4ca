//! The schema's history, embedded. A new migration is a file for each database and a line here; they only go forward.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

macro_rules! migrations {
    ($($version:literal $name:literal;)*) => {
        const SQLITE: &[(i64, &str, &str)] = &[$((
            $version, $name, include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
        ),)*];
        const POSTGRES: &[(i64, &str, &str)] = &[$((
            $version, $name, include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        ),)*];
    };
}

migrations! {
    1 "0001_initial";
    2 "0002_resources";
}

pub(crate) fn sqlite() -> Migrator {
    migrator(SQLITE)
}

pub(crate) fn postgres() -> Migrator {
    migrator(POSTGRES)
}

fn migrator(list: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
        let kind = MigrationType::Simple;
        Migration::new(*version, (*name).into(), kind, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(list.iter().map(migration).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_file_is_in_the_list_once_and_in_order() {
        for (folder, list) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../migrations")
                .join(folder);
            let mut files: Vec<String> = std::fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();
            let listed: Vec<String> = list
                .iter()
                .map(|(_, name, _)| format!("{name}.sql"))
                .collect();
            assert_eq!(files, listed, "{folder}");
            for (index, (version, name, _)) in list.iter().enumerate() {
                assert_eq!(usize::try_from(*version).unwrap(), index + 1);
                assert!(name.starts_with(&format!("{version:04}_")));
            }
        }
    }
}
