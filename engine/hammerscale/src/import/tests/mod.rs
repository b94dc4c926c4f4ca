//! Whole imports into a store of their own: what is kept, what is changed, what is refused, and that a second one changes nothing.
#![allow(clippy::unwrap_used)]

mod fixture;
mod whole;

use super::report::{Action, Entry, Report};
use super::{Order, ironic};
use crate::config::{self, Settings, Surroundings};
use crate::serve::storage;
use fixture::{Fixture, uuid};
use model::{InterfaceKind, Node, ProvisionState};
use ports::blob::BlobKind;
use ports::query::{NodeQuery, Page, Parentage};
use ports::store::{Store, TurnRecord};
use std::path::Path;
use tempfile::TempDir;

struct Site {
    folder: TempDir,
    settings: Settings,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let flags = [
            ("data_dir", path("data")),
            ("sealing_key_file", path("keys/sealing.key")),
        ];
        let loaded = config::load(None, &Surroundings::default(), &flags);
        let settings = loaded.unwrap().settings;
        Self { folder, settings }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn import(&self, database: &Path) -> Report {
        self.try_import(database, false).await.unwrap()
    }

    async fn try_import(&self, database: &Path, dry_run: bool) -> anyhow::Result<Report> {
        let order = Order {
            database: database.to_str().unwrap(),
            dry_run,
            ironic_is_stopped: false,
        };
        ironic(&order, &self.settings).await
    }

    async fn open(&self) -> std::sync::Arc<store::SqlStore> {
        storage::open(&self.settings).await.unwrap()
    }

    async fn nodes(&self) -> Vec<Node> {
        let store = self.open().await;
        let query = NodeQuery {
            parentage: Parentage::All,
            page: Page {
                limit: 100,
                ..Page::default()
            },
            ..NodeQuery::default()
        };
        let nodes = store.nodes(&query).await.unwrap();
        store.close().await;
        nodes
    }
}

fn entry<'a>(report: &'a Report, label: &str) -> &'a Entry {
    report.entries.iter().find(|it| it.label == label).unwrap()
}

fn node<'a>(nodes: &'a [Node], name: &str) -> &'a Node {
    nodes
        .iter()
        .find(|it| it.name.as_deref() == Some(name))
        .unwrap()
}

const CANARY: &str = "canary-pa55w0rd";

/// An active node with everything that may hang on one.
fn in_use() -> Fixture {
    Fixture::default()
        .node(
            1,
            "in-use",
            "active",
            vec![
                ("driver_info", r#"{"fake_password": "canary-pa55w0rd", "n": 1}"#.into()),
                (
                    "instance_info",
                    r#"{"image_source": "http://192.0.2.1/a", "configdrive": {"meta_data": {"k": "canary-pa55w0rd"}}}"#.into(),
                ),
                ("instance_uuid", uuid(0xf1).as_str().into()),
                ("extra", "{\"it's\": \"\\u00fc \\\"x\\\" \\\\\"}".into()),
                ("properties", r#"{"cpu_arch": "x86_64"}"#.into()),
                ("driver_internal_info", r#"{"agent_secret_token": "canary-pa55w0rd"}"#.into()),
                ("protected", 1.into()),
                ("chassis_id", 7.into()),
                ("updated_at", "2026-02-03 04:05:06.789".into()),
                ("deploy_interface", "fake".into()),
            ],
        )
        .row(
            "chassis",
            vec![("id", 7.into()), ("uuid", uuid(0xc7).as_str().into()), ("description", "rack".into())],
        )
        .row("node_traits", vec![("node_id", 1.into()), ("trait", "CUSTOM_B".into())])
        .row("node_traits", vec![("node_id", 1.into()), ("trait", "CUSTOM_A".into())])
        .row(
            "node_inventory",
            vec![
                ("node_id", 1.into()),
                ("inventory_data", r#"{"memory": {"physical_mb": 1024}}"#.into()),
                ("plugin_data", r#"{"p": 1}"#.into()),
            ],
        )
        .row(
            "node_history",
            vec![
                ("id", 1.into()),
                ("uuid", uuid(0xe1).as_str().into()),
                ("node_id", 1.into()),
                ("severity", "ERROR".into()),
                ("event", "it broke".into()),
                ("state", "deploying".into()),
                ("created_at", "2026-01-03 03:04:05".into()),
            ],
        )
        .port(1, 1, vec![("extra", r#"{"vif": 1}"#.into()), ("name", "eth0".into())])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_in_use_stays_in_use_with_all_that_belongs_to_it() {
    let site = Site::new();
    let report = site.import(&in_use().sqlite(site.path()).await).await;
    assert_eq!(report.incomplete(), 0, "{report:?}");
    let store = site.open().await;
    let node = store.node_by_name("in-use").await.unwrap().unwrap();
    assert_eq!(node.uuid.to_string(), uuid(1));
    assert_eq!(node.provision_state, ProvisionState::Active);
    assert_eq!(node.power_state, Some(model::PowerState::On));
    assert_eq!(node.target_provision_state, None);
    assert!(node.flow.is_none() && node.errand.is_none() && node.agent.is_none());
    assert!(store.nodes_at_work().await.unwrap().is_empty());
    assert!(store.effects(node.uuid).await.unwrap().is_empty());
    assert_eq!(node.driver_info.text("fake_password"), Some(CANARY));
    assert_eq!(node.extra["it's"], "ü \"x\" \\");
    assert_eq!(node.traits, ["CUSTOM_A", "CUSTOM_B"]);
    assert_eq!(node.chassis.unwrap().to_string(), uuid(0xc7));
    assert!(node.protected);
    assert_eq!(node.created_at.to_rfc3339(), "2026-01-02T03:04:05+00:00");
    assert!(node.instance_info.get("configdrive").is_none());
    let drive = store
        .blob(BlobKind::ConfigDrive, &node.config_drive.unwrap())
        .await
        .unwrap();
    assert!(String::from_utf8(drive.unwrap()).unwrap().contains(CANARY));
    let inventory = store
        .blob(BlobKind::Inventory, &node.inventory.unwrap())
        .await
        .unwrap();
    let inventory: serde_json::Value = serde_json::from_slice(&inventory.unwrap()).unwrap();
    assert_eq!(inventory["inventory"]["memory"]["physical_mb"], 1024);
    assert_eq!(inventory["plugin_data"]["p"], 1);
    let history = store.history(node.uuid, 10).await.unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].event, "it broke");
    assert_eq!(history[1].event, "imported from Ironic");
    let port = store.port_by_name("eth0").await.unwrap().unwrap();
    assert_eq!(port.node, node.uuid);
    assert_eq!(port.address.to_string(), "52:54:00:00:00:01");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_sealed_and_never_told() {
    let site = Site::new();
    let report = site.import(&in_use().sqlite(site.path()).await).await;
    assert!(!serde_json::to_string(&report).unwrap().contains(CANARY));
    for file in std::fs::read_dir(&site.settings.data_dir).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes
            .windows(CANARY.len())
            .any(|it| it == CANARY.as_bytes());
        assert!(!found, "{} holds the password readable", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_import_finds_everything_and_changes_nothing() {
    let site = Site::new();
    let fixture = in_use()
        .node(
            2,
            "stuck",
            "deploying",
            vec![("target_provision_state", "active".into())],
        )
        .node(3, "foreign", "active", vec![("driver", "nosuch".into())]);
    let database = fixture.sqlite(site.path()).await;
    assert_eq!(site.import(&database).await.incomplete(), 0);
    let before = site.nodes().await;
    let again = site.import(&database).await;
    for entry in &again.entries {
        assert_eq!(entry.action, Action::Present, "{entry:?}");
    }
    assert_eq!(site.nodes().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_here_is_told_and_left_as_it_is() {
    let site = Site::new();
    let database = in_use().sqlite(site.path()).await;
    site.import(&database).await;
    let store = site.open().await;
    let mut node = store.node_by_name("in-use").await.unwrap().unwrap();
    node.description = Some("changed here".into());
    let record = TurnRecord {
        node: node.clone(),
        effects: Vec::new(),
        finished: Vec::new(),
        history: Vec::new(),
        ports: Vec::new(),
        blobs: Vec::new(),
        resources: Vec::new(),
    };
    store.commit(record).await.unwrap();
    store.close().await;
    let report = site.import(&database).await;
    let found = entry(&report, "in-use");
    assert_eq!(found.action, Action::Differs);
    assert!(
        found.reason.as_deref().unwrap().contains("in description;"),
        "{found:?}"
    );
    assert_eq!(report.incomplete(), 2, "the node and its port");
    assert_eq!(
        site.nodes().await[0].description.as_deref(),
        Some("changed here")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_work_comes_to_rest_and_says_so() {
    let site = Site::new();
    let fixture = Fixture::default()
        .node(
            1,
            "writing",
            "wait call-back",
            vec![
                ("target_provision_state", "active".into()),
                ("reservation", "conductor-1".into()),
                ("target_power_state", "power on".into()),
            ],
        )
        .node(
            2,
            "cleaning",
            "clean wait",
            vec![("target_provision_state", "manageable".into())],
        )
        .node(
            3,
            "failed",
            "clean failed",
            vec![("target_provision_state", "available".into())],
        )
        .node(
            4,
            "checking",
            "verifying",
            vec![("target_provision_state", "manageable".into())],
        );
    let report = site.import(&fixture.sqlite(site.path()).await).await;
    let nodes = site.nodes().await;
    for (name, state, target) in [
        (
            "writing",
            ProvisionState::DeployFailed,
            Some(ProvisionState::Active),
        ),
        (
            "cleaning",
            ProvisionState::CleanFailed,
            Some(ProvisionState::Manageable),
        ),
        (
            "failed",
            ProvisionState::CleanFailed,
            Some(ProvisionState::Available),
        ),
        ("checking", ProvisionState::Enroll, None),
    ] {
        let node = node(&nodes, name);
        assert_eq!(
            (node.provision_state, node.target_provision_state),
            (state, target),
            "{name}"
        );
        assert_eq!(node.target_power_state, None);
        assert_eq!(node.last_error.is_some(), name != "failed", "{name}");
    }
    let why = entry(&report, "writing").why();
    for part in [
        "'wait call-back'",
        "'deploy failed'",
        "left alone",
        "conductor-1",
        "power on",
    ] {
        assert!(why.contains(part), "{why}");
    }
    assert!(entry(&report, "failed").notes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn hardware_that_does_not_work_here_is_taken_but_set_aside() {
    let site = Site::new();
    let bmc = r#"{"redfish_address": "https://192.0.2.9", "redfish_verify_ca": "/etc/ca.pem"}"#;
    let fixture = Fixture::default()
        .node(
            1,
            "foreign",
            "active",
            vec![
                ("driver", "nosuch".into()),
                ("power_interface", "nosuch".into()),
            ],
        )
        .node(
            2,
            "partly",
            "available",
            vec![
                ("driver", "redfish".into()),
                ("driver_info", bmc.into()),
                ("deploy_interface", "ansible".into()),
                ("power_interface", "redfish".into()),
            ],
        )
        .node(
            3,
            "tenant",
            "active",
            vec![("network_interface", "neutron".into())],
        );
    let report = site.import(&fixture.sqlite(site.path()).await).await;
    assert_eq!(report.incomplete(), 0);
    let nodes = site.nodes().await;
    let foreign = node(&nodes, "foreign");
    assert!(
        foreign.maintenance
            && foreign
                .maintenance_reason
                .as_deref()
                .unwrap()
                .contains("nosuch")
    );
    assert_eq!(foreign.provision_state, ProvisionState::Active);
    assert_eq!(foreign.interface(InterfaceKind::Power), "nosuch");
    let partly = node(&nodes, "partly");
    assert!(!partly.maintenance);
    assert_ne!(partly.interface(InterfaceKind::Deploy), "ansible");
    assert_eq!(partly.interface(InterfaceKind::Power), "redfish");
    let why = entry(&report, "partly").why();
    assert!(
        why.contains("(was ansible)") && why.contains("redfish_verify_ca"),
        "{why}"
    );
    let tenant = node(&nodes, "tenant");
    assert!(tenant.maintenance && tenant.interface(InterfaceKind::Network) == "noop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_does_not_keep_the_others_out() {
    let site = Site::new();
    let fixture = in_use()
        .node(2, "nan", "active", vec![("extra", "{\"x\": NaN}".into())])
        .node(3, "unknown", "flying", Vec::new())
        .port(2, 2, Vec::new())
        .port(
            3,
            1,
            vec![(
                "address",
                "80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01".into(),
            )],
        )
        .port(4, 9, Vec::new());
    let report = site.import(&fixture.sqlite(site.path()).await).await;
    for (label, why) in [
        ("nan", "'extra'"),
        ("unknown", "'provision_state'"),
        ("52:54:00:00:00:02", "its node cannot be taken"),
        (
            "80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01",
            "six bytes",
        ),
        ("52:54:00:00:00:04", "'node_id'"),
    ] {
        let entry = entry(&report, label);
        assert_eq!(entry.action, Action::Refused, "{entry:?}");
        assert!(entry.why().contains(why), "{entry:?}");
    }
    assert_eq!(site.nodes().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_or_address_that_is_taken_here_is_told() {
    let site = Site::new();
    site.import(&in_use().sqlite(site.path()).await).await;
    let other = tempfile::tempdir().unwrap();
    let fixture = Fixture::default()
        .node(2, "in-use", "available", Vec::new())
        .node(
            3,
            "same-instance",
            "active",
            vec![("instance_uuid", uuid(0xf1).as_str().into())],
        )
        .node(4, "fine", "available", Vec::new())
        .port(1, 4, vec![("uuid", uuid(0x90).as_str().into())]);
    let report = site.import(&fixture.sqlite(other.path()).await).await;
    for (label, why) in [
        ("in-use", "its name is that of node"),
        ("same-instance", "its instance is on node"),
        ("52:54:00:00:00:01", "its MAC address is that of port"),
    ] {
        assert!(
            entry(&report, label).why().contains(why),
            "{:?}",
            entry(&report, label)
        );
    }
    assert_eq!(entry(&report, "fine").action, Action::Take);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_gives_what_the_database_gives() {
    let fixture = in_use().node(2, "stuck", "inspecting", Vec::new());
    let (left, right) = (Site::new(), Site::new());
    left.import(&fixture.sqlite(left.path()).await).await;
    right.import(&fixture.dump(right.path())).await;
    let comparable = |mut node: Node| {
        // Set to the time of the import.
        node.provision_updated_at = None;
        node
    };
    let left: Vec<Node> = left.nodes().await.into_iter().map(comparable).collect();
    let right: Vec<Node> = right.nodes().await.into_iter().map(comparable).collect();
    assert_eq!(left.len(), 2);
    assert_eq!(left, right);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_makes_nothing_and_says_the_same() {
    let site = Site::new();
    let database = in_use()
        .node(2, "stuck", "deploying", Vec::new())
        .sqlite(site.path())
        .await;
    let dry = site.try_import(&database, true).await.unwrap();
    assert!(!site.settings.data_dir.exists());
    assert!(!site.settings.sealing_key_file.exists());
    let wet = site.import(&database).await;
    assert_eq!(dry.entries, wet.entries);
    let dry = site.try_import(&database, true).await.unwrap();
    assert!(dry.entries.iter().all(|it| it.action == Action::Present));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_imported_beside_a_running_engine() {
    let site = Site::new();
    let database = in_use().sqlite(site.path()).await;
    let daemon = site.open().await;
    let error = site.try_import(&database, false).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("is in use by the process"),
        "{error:#}"
    );
    daemon.close().await;
    site.import(&database).await;
    let running = |seen: &str| {
        Fixture::default().node(1, "a", "active", Vec::new()).row(
            "conductors",
            vec![
                ("id", 1.into()),
                ("hostname", "conductor-1".into()),
                ("online", 1.into()),
                ("updated_at", seen.into()),
            ],
        )
    };
    let now = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S").to_string();
    let (lately, long_ago) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = running(&now).sqlite(lately.path()).await;
    let error = Site::new().try_import(&database, false).await.unwrap_err();
    assert!(error.to_string().contains("conductor-1"), "{error}");
    assert!(Site::new().try_import(&database, true).await.is_ok());
    let database = running("2026-01-01 00:00:00").sqlite(long_ago.path()).await;
    assert!(Site::new().try_import(&database, false).await.is_ok());
}
