//! The canary: a secret that goes into every place where secrets may stand is found nowhere in the database's bytes, nor in errors.

use crate::place::Place;
use crate::records::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Action, AgentLink, BootTicket, Chassis, Phase, Secret, Stage, Step};
use ports::blob::BlobKind;
use ports::resources::{create, find};
use ports::store::{Store as _, StoreError};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _};
use std::fs;

const CANARY: &str = "kanarienvogel-7f3a";

on_both!(the_canary_is_nowhere);

fn secretive() -> model::Node {
    let mut node = node(1);
    node.driver_info =
        guarded(json!({"redfish_password": CANARY, "list": [{"deep": {"auth_token": [CANARY]}}]}));
    node.instance_info =
        guarded(json!({"image_password": {"inner": CANARY}, "configdrive": CANARY}));
    node.extra = object(json!({"my_secret": CANARY}));
    node.agent = Some(AgentLink {
        token: Secret::new(CANARY.to_owned()),
        url: None,
        certificate: None,
        version: None,
        since: at(0),
    });
    node.boot = Some(BootTicket {
        nonce: Secret::new(CANARY.to_owned()),
        minted_at: at(0),
        spent: false,
    });
    let mut flow = flow();
    flow.stages.push(Stage::AgentStep {
        phase: Phase::Clean,
        step: step(),
    });
    flow.requested_steps = vec![step()];
    node.flow = Some(flow);
    node
}

fn step() -> Step {
    let args = object(json!({"bios_password": CANARY, "nested": [{"password": CANARY}]}));
    Step {
        interface: "bios".to_owned(),
        step: "apply".to_owned(),
        args,
        ..Step::default()
    }
}

async fn the_canary_is_nowhere(place: Place) {
    let store = place.open().await;
    let mut node = secretive();
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    let drive = blob(BlobKind::ConfigDrive, &format!("user data with {CANARY}"));
    let log = blob(BlobKind::Logs, &format!("log with {CANARY}"));
    node.config_drive = Some(drive.hash.clone());
    let mut record = turn(node.clone());
    record.blobs = vec![drive.clone(), log.clone()];
    let mut secret_effect = effect(node.uuid, 1);
    secret_effect.action = Action::StartAgentStep {
        phase: Phase::Clean,
        step: step(),
        version: None,
    };
    record.effects = vec![secret_effect.clone()];
    node.revision = store.commit(record).await.unwrap();
    let mut port = port(1, node.uuid);
    port.extra = object(json!({"switch_password": CANARY}));
    store.create_port(port.clone()).await.unwrap();
    let mut chassis = Chassis::new(port.uuid, at(0));
    chassis.extra = object(json!({"auth_password": CANARY}));
    let new = create(&chassis).unwrap();
    store.change_resources(vec![new]).await.unwrap();

    let known = find::<Chassis>(&*store, chassis.uuid).await.unwrap();
    assert_eq!(known.unwrap().resource, chassis);
    assert_eq!(store.node(node.uuid).await.unwrap().unwrap(), node);
    assert_eq!(store.effects(node.uuid).await.unwrap(), [secret_effect]);
    assert_eq!(store.port(port.uuid).await.unwrap().unwrap(), port);
    let opened = store
        .blob(BlobKind::ConfigDrive, &drive.hash)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(opened, drive.bytes);
    assert_eq!(
        store
            .blob(BlobKind::Logs, &log.hash)
            .await
            .unwrap()
            .unwrap(),
        log.bytes
    );

    let mut clash = secretive();
    clash.name = Some("other".to_owned());
    let duplicate = store.create_node(clash, Vec::new()).await.unwrap_err();
    let conflict = store.commit(turn(secretive())).await.unwrap_err();
    assert!(matches!(conflict, StoreError::Conflict));
    assert_clean(
        format!("{duplicate:?} {duplicate} {conflict:?}").as_bytes(),
        "errors",
    );

    look_everywhere(&place).await;
    store.close().await;
    look_everywhere(&place).await;
}

async fn look_everywhere(place: &Place) {
    if !place.is_sqlite() {
        return assert_clean(dump(&place.url).await.as_bytes(), "tables");
    }
    let mut looked = 0;
    for entry in fs::read_dir(place.data_folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        looked += bytes.len();
        assert_clean(&bytes, &path.display().to_string());
    }
    assert!(looked > 10_000, "only {looked} bytes were looked at");
}

/// Every row of every table as text; bytes come as hex.
async fn dump(url: &str) -> String {
    let mut raw = sqlx::PgConnection::connect(url).await.unwrap();
    let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut raw).await.unwrap();
    let mut text = String::new();
    for table in tables {
        let sql = format!("SELECT t::text FROM {table} t");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&mut raw)
            .await
            .unwrap();
        text.push_str(&rows.join("\n"));
    }
    assert!(
        text.contains("redfish_password"),
        "the dump misses the nodes"
    );
    text
}

/// Neither as it is nor in hex nor in base64, whatever the alignment.
fn assert_clean(bytes: &[u8], place: &str) {
    let mut forms = vec![CANARY.as_bytes().to_vec(), hex::encode(CANARY).into_bytes()];
    for shift in 0..3 {
        let encoded = STANDARD.encode([&vec![0; shift][..], CANARY.as_bytes()].concat());
        forms.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    for form in forms {
        let found = bytes.windows(form.len()).any(|window| window == form);
        assert!(!found, "the canary sits in {place}");
    }
}

#[test]
#[should_panic = "the canary sits in"]
fn the_search_finds_what_it_looks_for() {
    assert_clean(
        format!("xx{}", STANDARD.encode(format!("a{CANARY}"))).as_bytes(),
        "a test",
    );
}
