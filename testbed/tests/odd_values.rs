//! Odd values, sent to a daemon on SQLite and to one on PostgreSQL: what one of the databases would not take, or would take otherwise, is refused
//! or kept by both alike. Neither answers above 499, and both show the same in the end, in the same order.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use databases::Databases;
use hammerscale_testbed::engine::{EngineProcess, SimulatedSite};
use reqwest::{Client, Method};
use serde_json::Value;

const NODE: &str = "11111111-1111-4111-8111-111111111111";

struct Daemon {
    engine: EngineProcess,
    http: Client,
    _site: SimulatedSite,
}

impl Daemon {
    async fn on(databases: &Databases) -> Self {
        let site = SimulatedSite::new().unwrap();
        let spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), 0);
        let engine = EngineProcess::start(&databases.under(spec).await).unwrap();
        Self {
            engine: engine.unwrap_or_else(|ended| panic!("{ended:?}")),
            http: Client::builder().no_proxy().build().unwrap(),
            _site: site,
        }
    }

    async fn ask(&self, request: &Asked) -> (u16, String) {
        let url = format!("http://{}{}", self.engine.address, request.path);
        let asked = self.http.request(request.method.clone(), url);
        let asked = asked
            .header("X-OpenStack-Ironic-API-Version", "1.115")
            .header("Content-Type", "application/json")
            .body(request.body.clone());
        let answer = asked.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, told(&answer.text().await.unwrap()))
    }
}

/// What an answer tells, times and addresses aside.
fn told(text: &str) -> String {
    let Ok(mut value) = serde_json::from_str(text) else {
        return text.to_owned();
    };
    strip(&mut value);
    value.to_string()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let aside = ["links", "next", "href"];
            object.retain(|key, _| !key.ends_with("_at") && !aside.contains(&key.as_str()));
            object.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

#[derive(Clone)]
struct Asked {
    method: Method,
    path: String,
    body: Vec<u8>,
}

fn ask(method: Method, path: impl Into<String>, body: impl Into<Vec<u8>>) -> Asked {
    Asked {
        method,
        path: path.into(),
        body: body.into(),
    }
}

/// JSON texts, some of which are none.
fn texts() -> Vec<Vec<u8>> {
    let plain = [
        r#""\u0000""#,
        r#""a\u0000b""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""\ud83d\ude00""#,
        r#""\uffff\ufffe\ufffd\ufeff""#,
        r#""\\u0000""#,
        r#""\\""#,
        r#""'; DROP TABLE nodes; --""#,
        r#""%_\\%""#,
        r#""\u202egnitirw""#,
        r#""\u0130\u0131""#,
        r#""e\u0301""#,
        r#""""#,
        r#"" ""#,
        r#""\n\r\t\b\f\u0001\u001f\u007f""#,
        r#""$1 ?""#,
    ];
    let mut texts: Vec<Vec<u8>> = plain.iter().map(|text| text.as_bytes().to_vec()).collect();
    for (piece, count) in [
        ("\u{1f600}", 255),
        ("\u{1f600}", 256),
        ("a", 255),
        ("a", 256),
        ("\u{e9}", 2_705),
        ("a", 4_096),
        ("a", 4_097),
        ("b", 100_000),
    ] {
        texts.push(format!("\"{}\"", piece.repeat(count)).into_bytes());
    }
    for bytes in [
        &b"\"\xff\xfe\""[..],
        b"\"\xed\xa0\x80\"",
        b"\"\xc0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\"a\0b\"",
    ] {
        texts.push(bytes.to_vec());
    }
    texts
}

const NUMBERS: &[&str] = &[
    "-1",
    "-0",
    "0.1",
    "1e2",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890",
    "1.7976931348623157e308",
    "1e400",
    "-1e400",
    "1e-400",
    "5e-324",
    "0.30000000000000004",
    "NaN",
    "Infinity",
    "1e",
    "01",
];

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Each of a node's fields with each text, and its documents with each number.
fn of_nodes() -> Vec<Asked> {
    let mut asked = Vec::new();
    let fields = [
        "name",
        "description",
        "owner",
        "lessee",
        "shard",
        "resource_class",
        "conductor_group",
        "instance_uuid",
        "instance_name",
        "chassis_uuid",
        "parent_node",
        "protected_reason",
        "retired_reason",
        "driver",
        "boot_interface",
        "uuid",
    ];
    let path = format!("/v1/nodes/{NODE}");
    for text in texts() {
        for field in fields {
            let head = format!("[{{\"op\":\"add\",\"path\":\"/{field}\",\"value\":");
            let body = joined(&[head.as_bytes(), &text, b"}]"]);
            asked.push(ask(Method::PATCH, &path, body));
        }
        for field in ["extra", "properties", "driver_info", "instance_info"] {
            let head = format!("[{{\"op\":\"add\",\"path\":\"/{field}/odd\",\"value\":");
            let body = joined(&[head.as_bytes(), &text, b"}]"]);
            asked.push(ask(Method::PATCH, &path, body));
        }
        let body = joined(&[
            b"[{\"op\":\"add\",\"path\":\"/extra/named\",\"value\":{",
            &text,
            b":1}}]",
        ]);
        asked.push(ask(Method::PATCH, &path, body));
        let body = joined(&[b"[{\"op\":\"add\",\"path\":", &text, b",\"value\":1}]"]);
        asked.push(ask(Method::PATCH, &path, body));
        let body = joined(&[b"{\"reason\":", &text, b"}"]);
        asked.push(ask(Method::PUT, format!("{path}/maintenance"), body));
        let body = joined(&[b"{\"traits\":[", &text, b"]}"]);
        asked.push(ask(Method::PUT, format!("{path}/traits"), body));
        let body = joined(&[b"{\"id\":", &text, b"}"]);
        asked.push(ask(Method::POST, format!("{path}/vifs"), body));
        asked.push(ask(Method::GET, &path, ""));
    }
    for number in NUMBERS {
        for place in ["extra/n", "properties/cpus", "instance_info/n"] {
            let body = format!("[{{\"op\":\"add\",\"path\":\"/{place}\",\"value\":{number}}}]");
            asked.push(ask(Method::PATCH, &path, body));
        }
        asked.push(ask(Method::GET, &path, ""));
    }
    asked
}

/// Other resources: collection, the document with one value left open.
const OTHERS: &[(&str, &str)] = &[
    ("chassis", r#"{"uuid":"UUID","description":VALUE}"#),
    (
        "ports",
        r#"{"uuid":"UUID","node_uuid":"NODE","address":"MAC","name":VALUE}"#,
    ),
    (
        "ports",
        r#"{"uuid":"UUID","node_uuid":"NODE","address":"MAC","physical_network":VALUE}"#,
    ),
    (
        "ports",
        r#"{"uuid":"UUID","node_uuid":"NODE","address":"MAC","extra":{"k":VALUE}}"#,
    ),
    (
        "ports",
        r#"{"uuid":"UUID","node_uuid":"NODE","address":"MAC","local_link_connection":{"switch_id":VALUE,"port_id":"1"}}"#,
    ),
    (
        "ports",
        r#"{"uuid":"UUID","node_uuid":"NODE","address":VALUE}"#,
    ),
    (
        "portgroups",
        r#"{"uuid":"UUID","node_uuid":"NODE","name":VALUE}"#,
    ),
    (
        "portgroups",
        r#"{"uuid":"UUID","node_uuid":"NODE","mode":VALUE}"#,
    ),
    (
        "portgroups",
        r#"{"uuid":"UUID","node_uuid":"NODE","properties":{"k":VALUE}}"#,
    ),
    (
        "volume/connectors",
        r#"{"uuid":"UUID","node_uuid":"NODE","type":"iqn","connector_id":VALUE}"#,
    ),
    (
        "volume/connectors",
        r#"{"uuid":"UUID","node_uuid":"NODE","type":VALUE,"connector_id":"c"}"#,
    ),
    (
        "volume/targets",
        r#"{"uuid":"UUID","node_uuid":"NODE","volume_type":"iscsi","boot_index":NUMBER,"volume_id":VALUE}"#,
    ),
    (
        "volume/targets",
        r#"{"uuid":"UUID","node_uuid":"NODE","volume_type":VALUE,"boot_index":NUMBER,"volume_id":"v"}"#,
    ),
    (
        "volume/targets",
        r#"{"uuid":"UUID","node_uuid":"NODE","volume_type":"iscsi","boot_index":VALUE,"volume_id":"v"}"#,
    ),
    (
        "volume/targets",
        r#"{"uuid":"UUID","node_uuid":"NODE","volume_type":"iscsi","boot_index":NUMBER,"volume_id":"v","properties":{"k":VALUE}}"#,
    ),
    (
        "deploy_templates",
        r#"{"uuid":"UUID","name":VALUE,"steps":[{"interface":"deploy","step":"a","args":{},"priority":1}]}"#,
    ),
    (
        "deploy_templates",
        r#"{"uuid":"UUID","name":"CUSTOM_NUMBER","steps":[{"interface":"deploy","step":VALUE,"args":{"k":VALUE},"priority":1}]}"#,
    ),
    (
        "deploy_templates",
        r#"{"uuid":"UUID","name":"CUSTOM_NUMBER","steps":[{"interface":"deploy","step":"a","args":{},"priority":VALUE}]}"#,
    ),
    (
        "runbooks",
        r#"{"uuid":"UUID","name":VALUE,"steps":[{"interface":"deploy","step":"a","args":{},"order":1}]}"#,
    ),
    (
        "runbooks",
        r#"{"uuid":"UUID","name":"CUSTOM_NUMBER","owner":VALUE,"steps":[{"interface":"deploy","step":"a","args":{},"order":1}]}"#,
    ),
    (
        "runbooks",
        r#"{"uuid":"UUID","name":"CUSTOM_NUMBER","steps":[{"interface":"deploy","step":"a","args":{"k":VALUE},"order":VALUE}]}"#,
    ),
    (
        "allocations",
        r#"{"uuid":"UUID","resource_class":"none","name":VALUE}"#,
    ),
    ("allocations", r#"{"uuid":"UUID","resource_class":VALUE}"#),
    (
        "allocations",
        r#"{"uuid":"UUID","resource_class":"none","extra":{"k":VALUE}}"#,
    ),
    (
        "inspection_rules",
        r#"{"uuid":"UUID","description":VALUE,"actions":[{"op":"fail","args":{"msg":"x"}}]}"#,
    ),
    (
        "inspection_rules",
        r#"{"uuid":"UUID","priority":VALUE,"actions":[{"op":"fail","args":{"msg":"x"}}]}"#,
    ),
    (
        "inspection_rules",
        r#"{"uuid":"UUID","phase":VALUE,"actions":[{"op":"fail","args":{"msg":VALUE}}]}"#,
    ),
];

fn of_others() -> Vec<Asked> {
    let numbers = NUMBERS.iter().map(|number| number.as_bytes().to_vec());
    let values: Vec<Vec<u8>> = texts().into_iter().chain(numbers).collect();
    let mut asked = Vec::new();
    for (kind, (path, form)) in OTHERS.iter().enumerate() {
        for (index, value) in values.iter().enumerate() {
            let number = kind * 1_000 + index;
            let form = form
                .replace("UUID", &format!("22222222-2222-4222-8222-{number:012}"))
                .replace("NODE", NODE)
                .replace("MAC", &format!("52:54:00:00:{kind:02x}:{index:02x}"))
                .replace("NUMBER", &number.to_string());
            let mut body = Vec::new();
            for (place, part) in form.split("VALUE").enumerate() {
                if place > 0 {
                    body.extend_from_slice(value);
                }
                body.extend_from_slice(part.as_bytes());
            }
            asked.push(ask(Method::POST, format!("/v1/{path}"), body));
        }
    }
    asked
}

/// Questions with odd values, and lists in every order.
fn questions() -> Vec<Asked> {
    let values = [
        "%00",
        "a%00",
        "%ff",
        "%ed%a0%80",
        "%c0%80",
        "%F0%9F%98%80",
        "%5Cu0000",
        "%5C",
        "%25%5F",
        "%27",
        "-1",
        "99999999999999999999",
        "NaN",
        "",
        "%E2%80%AE",
    ];
    let arguments = [
        ("nodes", "limit"),
        ("nodes", "marker"),
        ("nodes", "shard"),
        ("nodes", "owner"),
        ("nodes", "fault"),
        ("nodes", "instance_uuid"),
        ("nodes", "instance_name"),
        ("nodes", "resource_class"),
        ("nodes", "conductor_group"),
        ("nodes", "description_contains"),
        ("nodes", "sort_key"),
        ("nodes", "fields"),
        ("nodes", "chassis_uuid"),
        ("ports", "address"),
        ("ports", "node"),
        ("ports", "shard"),
        ("ports", "description_contains"),
        ("portgroups", "address"),
        ("allocations", "owner"),
        ("allocations", "node"),
        ("volume/targets", "node"),
        ("runbooks", "sort_key"),
        ("shards", "x"),
    ];
    let mut asked = Vec::new();
    for value in values {
        for (path, name) in arguments {
            asked.push(ask(Method::GET, format!("/v1/{path}?{name}={value}"), ""));
        }
        for path in [
            "nodes",
            "ports",
            "portgroups",
            "allocations",
            "runbooks",
            "chassis",
        ] {
            asked.push(ask(Method::GET, format!("/v1/{path}/{value}x"), ""));
            asked.push(ask(Method::DELETE, format!("/v1/{path}/{value}x"), ""));
        }
    }
    for (path, keys) in [
        (
            "nodes",
            &[
                "name",
                "description",
                "owner",
                "boot_interface",
                "disable_power_off",
            ][..],
        ),
        ("ports", &["address", "physical_network", "name", "vendor"]),
        (
            "portgroups",
            &["name", "mode", "standalone_ports_supported"],
        ),
        ("chassis", &["description", "uuid"]),
        ("volume/connectors", &["connector_id", "type"]),
        (
            "volume/targets",
            &["boot_index", "volume_id", "volume_type"],
        ),
        ("deploy_templates", &["name"]),
        ("runbooks", &["name", "owner", "public"]),
        ("allocations", &["name", "resource_class", "state"]),
        ("inspection_rules", &["priority", "description"]),
    ] {
        for key in keys {
            for direction in ["asc", "desc"] {
                let query = format!("/v1/{path}?sort_key={key}&sort_dir={direction}");
                asked.push(ask(Method::GET, query, ""));
            }
        }
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_answer_alike() {
    let Some(postgres) = Databases::postgres().await else {
        return;
    };
    let daemons = [
        Daemon::on(&Databases::Sqlite).await,
        Daemon::on(&postgres).await,
    ];
    let birth = format!(r#"{{"driver":"fake-hardware","uuid":"{NODE}","name":"odd"}}"#);
    let mut asked = vec![ask(Method::POST, "/v1/nodes", birth)];
    asked.extend(of_nodes());
    asked.extend(of_others());
    asked.extend(questions());
    let (mut taken, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for one in &asked {
        let (sqlite, postgres) = tokio::join!(daemons[0].ask(one), daemons[1].ask(one));
        match sqlite.0 {
            ..400 => taken += 1,
            _ => refused += 1,
        }
        if sqlite != postgres || sqlite.0 >= 500 {
            let body = String::from_utf8_lossy(&one.body);
            let body: String = body.chars().take(200).collect();
            wrong.push(format!(
                "{} {} {body}\n  {} {:.300}\n  {} {:.300}",
                one.method, one.path, sqlite.0, sqlite.1, postgres.0, postgres.1
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(taken > 500 && refused > 500, "{taken} {refused}");
    for daemon in daemons {
        daemon.engine.stop().unwrap();
    }
}
