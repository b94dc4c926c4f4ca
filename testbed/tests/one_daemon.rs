//! Two daemons never have one database, on PostgreSQL either; and what a client gave up does not go on at the server.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use databases::Databases;
use hammerscale_testbed::engine::{Ended, EngineProcess, EngineSpec, SimulatedSite};
use hammerscale_testbed::postgres::Server;
use sqlx::{Connection as _, PgConnection};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(60);

struct Place {
    server: Arc<Server>,
    url: String,
    spec: EngineSpec,
    _site: SimulatedSite,
}

impl Place {
    async fn new() -> Option<Self> {
        let databases = Databases::postgres().await?;
        let site = SimulatedSite::new().unwrap();
        let spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), 0);
        let spec = databases.under(spec).await;
        let Databases::Postgres(server) = databases else {
            return None;
        };
        let url = spec.keys.last().unwrap().1.clone();
        Some(Self {
            server,
            url,
            spec,
            _site: site,
        })
    }

    fn start(&self) -> EngineProcess {
        let engine = EngineProcess::start(&self.spec).unwrap();
        engine.unwrap_or_else(|ended| panic!("{ended:?}"))
    }

    /// The same database and its key, and everything else of its own.
    fn rival(&self) -> (EngineSpec, SimulatedSite) {
        let site = SimulatedSite::new().unwrap();
        let mut spec = site.spec(self.spec.program.clone(), 0);
        let is_key = |(name, _): &&(String, String)| name == "sealing_key_file";
        spec.keys
            .extend(self.spec.keys.iter().find(is_key).cloned());
        (spec.with_database(&self.url), site)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_database_does_not_start() {
    let Some(place) = Place::new().await else {
        return;
    };
    let engine = place.start();
    let (rival, _site) = place.rival();
    let mut command = Command::new(&rival.program);
    command.args(["engine", "--kill-at", "0"]);
    for (key, value) in &rival.keys {
        command.arg("--set").arg(format!("{key}={value}"));
    }
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let holder = format!("hammerscale, pid {} on ", engine.pid());
    assert!(
        said.contains("the database is in use by another engine") && said.contains(&holder),
        "{said}"
    );
    engine.stop().unwrap();
    let engine = EngineProcess::start(&rival)
        .unwrap()
        .unwrap_or_else(|ended| panic!("{ended:?}"));
    // Killed, it holds nothing any more.
    engine.kill().unwrap();
    place.start().stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_ends_when_another_one_took_its_database() {
    let Some(place) = Place::new().await else {
        return;
    };
    let engine = place.start();
    // Its connection is cut, and before it is back somebody else has come and gone.
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()); \
               SELECT pg_advisory_lock(1214344557, 1); UPDATE meta SET value = 'another' WHERE name = 'engine'";
    place.server.ask(&place.url, sql).unwrap();
    let ended = tokio::task::spawn_blocking(|| engine.ended()).await;
    assert!(matches!(ended.unwrap().unwrap(), Ended::Otherwise(_)));
    // Started anew it takes what is there.
    place.start().stop().unwrap();
}

/// Whether a daemon holds this database now.
async fn is_held(raw: &mut PgConnection) -> bool {
    let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 1 \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let held: i64 = sqlx::query_scalar(sql).fetch_one(raw).await.unwrap();
    held == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_goes_on_when_its_server_dropped_all_its_connections() {
    let Some(place) = Place::new().await else {
        return;
    };
    let engine = place.start();
    let mut raw = PgConnection::connect(&place.url).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let nodes = format!("http://{}/v1/nodes", engine.address);
    for round in 0..3 {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name LIKE 'hammerscale%'";
        sqlx::query(sql).execute(&mut raw).await.unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            let body = format!(r#"{{"driver": "fake-hardware", "name": "n{round}"}}"#);
            let made = http
                .post(&nodes)
                .header("X-OpenStack-Ironic-API-Version", "1.115");
            let made = made.body(body).send().await.unwrap();
            match made.status().as_u16() {
                201 => break,
                // What was under way may be lost, or not.
                503 | 409 => assert!(Instant::now() < end, "it never comes back"),
                other => panic!("{other}: {}", made.text().await.unwrap()),
            }
        }
        while !is_held(&mut raw).await {
            assert!(Instant::now() < end, "the database is anybody's");
        }
    }
    engine.stop().unwrap();
}

/// What lists do at the server now.
async fn at_work(raw: &mut PgConnection) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hammerscale' \
               AND datname = current_database() AND state = 'active' AND query LIKE '%FROM nodes%'";
    sqlx::query_scalar(sql).fetch_one(raw).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_ends_at_the_server_when_its_client_is_gone() {
    let Some(place) = Place::new().await else {
        return;
    };
    let engine = place.start();
    let mut raw = PgConnection::connect(&place.url).await.unwrap();
    let mut other = PgConnection::connect(&place.url).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    let sql = "LOCK TABLE nodes IN ACCESS EXCLUSIVE MODE";
    sqlx::query(sql).execute(&mut *lock).await.unwrap();
    let mut client = TcpStream::connect(engine.address).await.unwrap();
    let text = "GET /v1/nodes HTTP/1.1\r\nHost: a\r\n\r\n";
    client.write_all(text.as_bytes()).await.unwrap();
    let end = Instant::now() + PATIENCE;
    while at_work(&mut raw).await == 0 {
        assert!(Instant::now() < end, "the list was never begun");
    }
    drop(client);
    // Sooner than the bound of any list; the table is locked all the while.
    let end = Instant::now() + Duration::from_secs(15);
    while at_work(&mut raw).await > 0 {
        assert!(Instant::now() < end, "the list goes on");
    }
    lock.rollback().await.unwrap();
    engine.stop().unwrap();
}
