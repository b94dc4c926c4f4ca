//! The move from Ironic as an operator types it: the import of a dump, and Ironic's settings.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::process::{Command, Output};

fn hammerscale(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hammerscale"))
        .env_clear()
        .env("HOME", folder)
        .env(
            "HAMMERSCALE_SEALING_KEY_FILE",
            folder.join("keys/sealing.key"),
        )
        .env("HAMMERSCALE_DATA_DIR", folder.join("data"))
        .envs(variables.iter().copied())
        .args(args)
        .output()
        .unwrap()
}

fn shown(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr];
    texts
        .map(|it| String::from_utf8_lossy(it).into_owned())
        .concat()
}

const DUMP: &str = "-- MariaDB dump 10.19-11.4.2-MariaDB, for Linux (x86_64)
CREATE TABLE `nodes` (
  `id` int(11) NOT NULL,
  `uuid` varchar(36) DEFAULT NULL,
  `name` varchar(255) DEFAULT NULL,
  `driver` varchar(255) DEFAULT NULL,
  `driver_info` longtext DEFAULT NULL,
  `provision_state` varchar(15) DEFAULT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `nodes` VALUES (1,'6f1d4a3e-0000-4000-8000-000000000001','web1','fake-hardware','{\\\"fake_password\\\": \\\"pa55w0rd\\\"}','active'),
(2,'6f1d4a3e-0000-4000-8000-000000000002','web2','fake-hardware','{}','deploying'),
(3,'6f1d4a3e-0000-4000-8000-000000000003','broken','fake-hardware','not json','active');
-- Dump completed on 2026-01-01
";

#[test]
fn a_dump_is_looked_at_imported_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("ironic.sql");
    std::fs::write(&dump, DUMP).unwrap();
    let dump = dump.to_str().unwrap();
    let import = |more: &[&str]| {
        let args = [&["import", "ironic", "--database", dump][..], more].concat();
        hammerscale(folder.path(), &[], &args)
    };
    let dry = import(&["--dry-run"]);
    let text = shown(&dry);
    assert!(dry.status.success(), "{text}");
    for part in [
        "web1",
        "would be taken",
        "'deploy failed'",
        "'driver_info'",
        "nothing was stored",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("pa55w0rd"), "{text}");
    assert!(!folder.path().join("data").exists());
    let done = import(&[]);
    assert_eq!(
        done.status.code(),
        Some(4),
        "one row is broken: {}",
        shown(&done)
    );
    let again = import(&["--output", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    let actions: Vec<&str> = report["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["present", "present", "refused"]);
}

#[test]
fn what_cannot_be_imported_from_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "hello; this is no dump;").unwrap();
    for (database, why) in [
        (text.to_str().unwrap(), "holds nothing of Ironic's"),
        ("mysql://me:pa55w0rd@db/ironic", "mysqldump"),
        ("/does/not/exist", "/does/not/exist"),
    ] {
        let output = hammerscale(
            folder.path(),
            &[],
            &["import", "ironic", "--database", database],
        );
        let text = shown(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(why) && !text.contains("pa55w0rd"), "{text}");
    }
}

#[test]
fn ironics_settings_are_shown_with_what_they_come_to() {
    let folder = tempfile::tempdir().unwrap();
    let conf = folder.path().join("ironic.conf");
    std::fs::write(
        &conf,
        "[conductor]\nautomated_clean = false\n[deploy]\nfast_track = false\n",
    )
    .unwrap();
    let variables = [
        ("IRONIC_FAST_TRACK", "true"),
        ("IRONIC_USE_MARIADB", "true"),
        ("IRONIC_NOBODY_KNOWS", "x"),
        ("OS_DEFAULT__HOST", "from-ironic"),
        ("HAMMERSCALE_CONDUCTOR__NAME", "from-our-own"),
    ];
    let args = [
        "serve",
        "--ironic-env",
        "--ironic-conf",
        conf.to_str().unwrap(),
        "--check-config",
    ];
    let output = hammerscale(folder.path(), &variables, &args);
    let text = shown(&output);
    assert!(output.status.success(), "{text}");
    for line in [
        "# IRONIC_FAST_TRACK sets conductor.fast_track = true",
        "# IRONIC_USE_MARIADB has no meaning here",
        "# IRONIC_NOBODY_KNOWS is not known here",
        "fast_track = true # variable IRONIC_FAST_TRACK",
        "automated_clean = false #",
        "name = \"from-our-own\" # variable HAMMERSCALE_CONDUCTOR__NAME",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let without = hammerscale(folder.path(), &variables, &["serve", "--check-config"]);
    assert!(!shown(&without).contains("IRONIC_"), "{}", shown(&without));
}

#[test]
fn an_api_for_everybody_without_users_does_not_start_and_says_which_setting_asked_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("LISTEN_ALL_INTERFACES", "true")];
    let output = hammerscale(
        folder.path(),
        &variables,
        &["serve", "--ironic-env", "--check-config"],
    );
    let text = shown(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("LISTEN_ALL_INTERFACES sets api.listen = 0.0.0.0:6385"),
        "{text}"
    );
    assert!(text.contains("authentication"), "{text}");
}
