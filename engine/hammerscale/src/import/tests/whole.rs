//! Everything that an Ironic database may hold, in tables of our own and in Ironic's.

use super::fixture::{Fixture, uuid};
use super::{CANARY, Site, in_use, node};
use crate::import::report::{Action, Entry};
use model::{
    Allocation, AllocationState, BiosSetting, DeployTemplate, InspectionRule, PortGroup,
    ProvisionState, Runbook, VolumeConnector, VolumeTarget,
};
use ports::resources::{find, find_by};
use ports::store::Store;
use std::path::PathBuf;

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_hangs_on_nodes_or_stands_alone_is_taken() {
    let site = Site::new();
    let fixture = everything();
    let database = fixture.sqlite(site.path()).await;
    let report = site.import(&database).await;
    assert_eq!(report.incomplete(), 0, "{report:?}");
    let store = site.open().await;
    let known = |number| uuid(number).parse().unwrap();
    let group = find::<PortGroup>(store.as_ref(), known(0xa1))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(
        (group.mode.as_str(), group.node_uuid),
        ("802.3ad", known(1))
    );
    assert!(group.standalone_ports_supported);
    let port = store.port(known(0x82)).await.unwrap().unwrap();
    assert_eq!(port.portgroup, Some(group.uuid));
    let allocation = find::<Allocation>(store.as_ref(), known(0xa2))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(allocation.node_uuid, Some(known(1)));
    assert_eq!(allocation.state, AllocationState::Active);
    assert_eq!(allocation.traits, ["CUSTOM_A"]);
    let pending = find::<Allocation>(store.as_ref(), known(0xa3))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(pending.state, AllocationState::Error);
    let template = find::<DeployTemplate>(store.as_ref(), known(0xa4))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(template.steps[0].args["password"], CANARY);
    let runbook = find::<Runbook>(store.as_ref(), known(0xa5))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert!(runbook.public && runbook.traits == ["CUSTOM_B"] && runbook.steps[0].order == 2);
    let rule = find::<InspectionRule>(store.as_ref(), known(0xa6))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(
        (rule.conditions[0].op.as_str(), rule.actions[0].op.as_str()),
        ("eq", "set-attribute")
    );
    let connector = find::<VolumeConnector>(store.as_ref(), known(0xa7))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(
        (connector.kind.as_str(), connector.node_uuid),
        ("iqn", known(1))
    );
    let target = find::<VolumeTarget>(store.as_ref(), known(0xa8))
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(target.properties.text("auth_password"), Some(CANARY));
    let name = format!("{}/Turbo", uuid(1));
    let setting = find_by::<BiosSetting>(store.as_ref(), "name", &name)
        .await
        .unwrap()
        .unwrap()
        .resource;
    assert_eq!(
        (setting.value.as_deref(), setting.read_only),
        (Some("on"), Some(false))
    );
    store.close().await;
    let bytes = std::fs::read(site.settings.data_dir.join("hammerscale.db")).unwrap();
    assert!(
        !bytes
            .windows(CANARY.len())
            .any(|it| it == CANARY.as_bytes())
    );
    for entry in site.import(&database).await.entries {
        assert_eq!(entry.action, Action::Present, "{entry:?}");
    }
}

/// One row of everything that is taken.
fn everything() -> Fixture {
    in_use()
        .row(
            "portgroups",
            vec![
                ("id", 5.into()),
                ("uuid", uuid(0xa1).as_str().into()),
                ("node_id", 1.into()),
                ("name", "bond0".into()),
                ("address", "52:54:00:00:01:01".into()),
                ("mode", "802.3ad".into()),
                ("properties", r#"{"miimon": 100}"#.into()),
            ],
        )
        .port(2, 1, vec![("portgroup_id", 5.into())])
        .row(
            "allocations",
            vec![
                ("id", 1.into()),
                ("uuid", uuid(0xa2).as_str().into()),
                ("name", "mine".into()),
                ("node_id", 1.into()),
                ("state", "active".into()),
                ("resource_class", "baremetal".into()),
                ("traits", r#"["CUSTOM_A"]"#.into()),
                ("candidate_nodes", "[]".into()),
            ],
        )
        .row(
            "allocations",
            vec![
                ("id", 2.into()),
                ("uuid", uuid(0xa3).as_str().into()),
                ("state", "allocating".into()),
            ],
        )
        .row(
            "deploy_templates",
            vec![
                ("id", 3.into()),
                ("uuid", uuid(0xa4).as_str().into()),
                ("name", "CUSTOM_T".into()),
            ],
        )
        .row(
            "deploy_template_steps",
            vec![
                ("id", 1.into()),
                ("deploy_template_id", 3.into()),
                ("interface", "bios".into()),
                ("step", "apply".into()),
                ("args", r#"{"password": "canary-pa55w0rd"}"#.into()),
                ("priority", 10.into()),
            ],
        )
        .row(
            "runbooks",
            vec![
                ("id", 4.into()),
                ("uuid", uuid(0xa5).as_str().into()),
                ("name", "tidy".into()),
                ("public", 1.into()),
            ],
        )
        .row(
            "runbook_steps",
            vec![
                ("id", 1.into()),
                ("runbook_id", 4.into()),
                ("interface", "raid".into()),
                ("step", "delete".into()),
                ("args", "{}".into()),
                ("order", 2.into()),
            ],
        )
        .row(
            "runbook_traits",
            vec![("runbook_id", 4.into()), ("trait", "CUSTOM_B".into())],
        )
        .row(
            "inspection_rules",
            vec![
                ("id", 1.into()),
                ("uuid", uuid(0xa6).as_str().into()),
                ("phase", "main".into()),
                ("priority", 0.into()),
                (
                    "conditions",
                    r#"[{"op": "eq", "args": ["{node.driver}", "x"]}]"#.into(),
                ),
                (
                    "actions",
                    r#"[{"op": "set-attribute", "args": ["/extra/x", "y"], "loop": [1]}]"#.into(),
                ),
            ],
        )
        .row(
            "volume_connectors",
            vec![
                ("id", 1.into()),
                ("uuid", uuid(0xa7).as_str().into()),
                ("node_id", 1.into()),
                ("type", "iqn".into()),
                ("connector_id", "iqn.2017-07.org.example:1".into()),
            ],
        )
        .row(
            "volume_targets",
            vec![
                ("id", 1.into()),
                ("uuid", uuid(0xa8).as_str().into()),
                ("node_id", 1.into()),
                ("volume_type", "iscsi".into()),
                ("volume_id", "v1".into()),
                ("boot_index", 0.into()),
                (
                    "properties",
                    r#"{"auth_password": "canary-pa55w0rd"}"#.into(),
                ),
            ],
        )
        .row(
            "bios_settings",
            vec![
                ("node_id", 1.into()),
                ("name", "Turbo".into()),
                ("value", "on".into()),
                ("read_only", 0.into()),
                ("allowable_values", r#"["on", "off"]"#.into()),
            ],
        )
}

/// Where Ironic is installed: named by a variable, or as the testbed installs it.
fn ironic_dbsync() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("HAMMERSCALE_TEST_IRONIC") {
        return Some(PathBuf::from(folder).join("ironic-dbsync"));
    }
    let home = PathBuf::from(std::env::var_os("HOME")?);
    let cached = std::fs::read_dir(home.join(".cache/hammerscale-testbed")).ok()?;
    let program = |entry: std::io::Result<std::fs::DirEntry>| {
        let program = entry.ok()?.path().join("bin/ironic-dbsync");
        program.exists().then_some(program)
    };
    cached.filter_map(program).next()
}

/// Our own tables have the columns that are read; whether Ironic's have them, only Ironic can tell.
#[tokio::test(flavor = "multi_thread")]
async fn ironics_own_tables_are_read() {
    let Some(program) = ironic_dbsync() else {
        eprintln!(
            "skipped: Ironic is not installed (HAMMERSCALE_TEST_IRONIC names the folder of ironic-dbsync)"
        );
        return;
    };
    let site = Site::new();
    let database = site.path().join("real.sqlite");
    let conf = site.path().join("ironic.conf");
    let text = format!(
        "[database]\nconnection = sqlite:///{}\n",
        database.display()
    );
    std::fs::write(&conf, text).unwrap();
    let made = std::process::Command::new(program)
        .args(["--config-file", conf.to_str().unwrap(), "create_schema"])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    everything().fill(&database).await;
    let report = site.import(&database).await;
    assert_eq!(report.incomplete(), 0, "{report:?}");
    let unknown: Vec<&String> = report
        .remarks
        .iter()
        .filter(|it| it.contains("not known here"))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    for kind in [
        "node",
        "port",
        "port group",
        "allocation",
        "BIOS setting",
        "deploy template",
        "runbook",
        "inspection rule",
        "volume connector",
        "volume target",
    ] {
        let taken = |entry: &&Entry| entry.kind == kind && entry.action == Action::Take;
        assert!(report.entries.iter().any(|it| taken(&it)), "{kind}");
    }
    let nodes = site.nodes().await;
    assert_eq!(
        node(&nodes, "in-use").provision_state,
        ProvisionState::Active
    );
}
