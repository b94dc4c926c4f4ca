//! Rules on a made-up machine; those of the guide among them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use chrono::{DateTime, Utc};
use model::{Guarded, MacAddress, Object};
use serde_json::json;
use uuid::Uuid;

const GUIDE: &str = include_str!("../../../../docs/guide/inspection-rules.md");
const MAC: &str = "52:54:00:aa:bb:01";

fn at() -> DateTime<Utc> {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn node() -> Node {
    let mut node = Node::new(Uuid::from_u128(1), "redfish", at());
    node.name = Some("rack7-3".to_owned());
    node.driver_info = Guarded::new(object(
        json!({"redfish_address": "https://192.0.2.9", "redfish_password": "pssst"}),
    ));
    node.properties = object(json!({"capabilities": "boot_mode:uefi", "cpus": 16}));
    node.traits = vec!["CUSTOM_OLD".to_owned()];
    node
}

fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}

fn port() -> Port {
    let mac: MacAddress = MAC.parse().unwrap();
    Port::new(Uuid::from_u128(2), Uuid::from_u128(1), mac, at())
}

fn inventory() -> Value {
    json!({
        "bmc_address": "192.0.2.9",
        "cpu": {"count": 16, "architecture": "x86_64"},
        "memory": {"physical_mb": 65536},
        "system_vendor": {"manufacturer": "Dell Inc.", "product_name": "PowerEdge R640"},
        "disks": [{"name": "/dev/sda", "size": 480103981056_u64, "rotational": false}],
        "interfaces": [{"name": "eth0", "mac_address": MAC, "lldp": []}],
        "hostname": null,
    })
}

fn plugin_data() -> Value {
    json!({"root_disk": {"name": "/dev/sda"}, "lldp_raw": {}, "auth_token": "pssst"})
}

fn rule(value: Value) -> InspectionRule {
    let mut rule = InspectionRule::new(Uuid::from_u128(9), at());
    let parts = |key: &str| match value.get(key) {
        Some(list) => serde_json::from_value(list.clone()).unwrap(),
        None => Vec::new(),
    };
    rule.conditions = parts("conditions");
    rule.actions = parts("actions");
    rule.description = value["description"].as_str().map(str::to_owned);
    rule.priority = value["priority"].as_i64().unwrap_or(0);
    rule.sensitive = value["sensitive"] == json!(true);
    rule
}

/// The node, the ports that changed, and the rest.
fn ran(rules: &[Value]) -> (Node, Ran) {
    let rules: Vec<InspectionRule> = rules.iter().cloned().map(rule).collect();
    for rule in &rules {
        check(rule).unwrap();
    }
    unchecked(&rules)
}

fn unchecked(rules: &[InspectionRule]) -> (Node, Ran) {
    let (mut node, inventory) = (node(), inventory());
    let inspection = Inspection {
        node: &node,
        ports: &[port()],
        inventory: &inventory,
        plugin_data: plugin_data(),
    };
    let ran = run(rules, inspection);
    ran.changes.apply(&mut node).unwrap();
    (node, ran)
}

/// Whether a condition holds.
fn holds(condition: Value) -> Result<bool, String> {
    let done = json!({"op": "set-attribute", "args": {"path": "extra/held", "value": true}});
    let wanted = rule(json!({"conditions": [condition], "actions": [done]}));
    check(&wanted)?;
    let (node, ran) = unchecked(&[wanted]);
    match ran.failure {
        Some(why) => Err(why),
        None => Ok(node.extra.contains_key("held")),
    }
}

/// The node and the outcome after these actions.
fn acted(actions: Value) -> (Node, Ran) {
    ran(&[json!({"actions": actions})])
}

fn refused(rule_: Value) -> String {
    check(&rule(rule_)).unwrap_err()
}

#[test]
fn every_operator_judges() {
    let eq = |values: Value| json!({"op": "eq", "args": {"values": values}});
    let op = |op: &str, value: Value| json!({"op": op, "args": {"value": value}});
    let search = |op: &str, value: &str, regex: &str| json!({"op": op, "args": {"value": value, "regex": regex}});
    let net = |address: &str, subnet: &str| json!({"op": "in-net", "args": {"address": address, "subnet": subnet}});
    let maker = "{inventory[system_vendor][manufacturer]}";
    for (condition, expected) in [
        (eq(json!(["{node.driver}", "redfish"])), true),
        (eq(json!(["{node.driver}", "ipmi"])), false),
        (eq(json!(["{inventory[cpu][count]}", 16, 16.0])), true),
        (eq(json!(["{inventory[cpu][count]}", "16"])), true),
        (eq(json!(["16", "16.0"])), false),
        (eq(json!([1])), true),
        (
            json!({"op": "eq", "args": ["{node.name}", "rack7-3"]}),
            true,
        ),
        (json!({"op": "!eq", "args": {"values": [1, 2]}}), true),
        (
            json!({"op": "lt", "args": {"values": [9, "{inventory[cpu][count]}", "100"]}}),
            true,
        ),
        (
            json!({"op": "lt", "args": {"values": ["9", "16"], "force_strings": true}}),
            false,
        ),
        (
            json!({"op": "gt", "args": {"values": ["{inventory[memory][physical_mb]}", 4096]}}),
            true,
        ),
        (
            json!({"op": "gt", "args": {"values": ["{inventory[nope]}", 4096]}}),
            false,
        ),
        (
            op("is-empty", json!("{inventory[interfaces][0][lldp]}")),
            true,
        ),
        (op("is-empty", json!("{plugin_data[lldp_raw]}")), true),
        (op("is-empty", json!("{inventory[nope][deeper]}")), true),
        (op("is-empty", json!(maker)), false),
        (op("is-none", json!("{inventory[hostname]}")), true),
        (op("is-none", json!("{inventory[bmc_address]}")), false),
        (op("is-true", json!("Yes")), true),
        (
            op("is-true", json!("{inventory[disks][0][rotational]}")),
            false,
        ),
        (
            op("is-false", json!("{inventory[disks][0][rotational]}")),
            true,
        ),
        (op("is-true", json!(2)), true),
        (op("!is-true", json!("maybe")), true),
        (search("contains", maker, "(?i)dell"), true),
        (search("matches", maker, "Dell"), false),
        (search("matches", maker, "Dell|Dell Inc[.]"), true),
        (
            search("matches", "{inventory[cpu][count]}", "[0-9]+$"),
            true,
        ),
        (net("{inventory[bmc_address]}", "192.0.2.0/24"), true),
        (net("{inventory[bmc_address]}", "192.0.2.10/31"), false),
        (net("{inventory[bmc_v6address]}", "192.0.2.0/24"), false),
        (net("2001:db8::1", "2001:db8::/32"), true),
        (net("192.0.2.1", "0.0.0.0/0"), true),
        (
            json!({"op": "one-of", "args": {"value": "{inventory[cpu][count]}", "values": [8, 16]}}),
            true,
        ),
        (
            json!({"op": "one-of", "args": {"value": "x", "values": ["y"]}}),
            false,
        ),
    ] {
        assert_eq!(holds(condition.clone()), Ok(expected), "{condition}");
    }
}

#[test]
fn loops_of_conditions_become_one_result() {
    let product = "{inventory[system_vendor][product_name]}";
    let looped = |items: Value, multiple: &str| json!({"op": "eq", "args": {"values": [product, "{item}"]}, "loop": items, "multiple": multiple});
    let (good, bad) = ("PowerEdge R640", "Cisco UCS");
    for (items, multiple, expected) in [
        (json!([bad, good]), "any", true),
        (json!([bad, good]), "all", false),
        (json!([good, good]), "all", true),
        (json!([good, bad]), "first", true),
        (json!([bad, good]), "first", false),
        (json!([bad, good]), "last", true),
        (json!([good, bad]), "last", false),
    ] {
        let condition = looped(items, multiple);
        assert_eq!(holds(condition.clone()), Ok(expected), "{condition}");
    }
    let of_objects = json!({
        "op": "matches", "args": {"value": "{item[field]}", "regex": "{item[regex]}"},
        "loop": [{"field": "{node.name}", "regex": "rack[0-9]+-[0-9]{1,2}"}],
    });
    assert_eq!(holds(of_objects), Ok(true));
}

#[test]
fn conditions_that_cannot_be_judged_fail_the_inspection() {
    let why = holds(json!({"op": "lt", "args": {"values": ["a", 1]}})).unwrap_err();
    assert!(why.contains("no order"), "{why}");
    let net = json!({"op": "in-net", "args": {"address": "nonsense", "subnet": "192.0.2.0/24"}});
    assert!(holds(net).unwrap_err().contains("no IP address"));
}

#[test]
fn attributes_are_set_extended_and_taken_away() {
    let (node, ran) = acted(json!([
        {"op": "set-attribute", "args": {"path": "/driver_info/redfish_address", "value": "https://{inventory[bmc_address]}/"}},
        {"op": "set-attribute", "args": {"path": "properties.vendor", "value": "{inventory[system_vendor][manufacturer]}"}},
        {"op": "set-attribute", "args": {"path": "/resource_class", "value": "baremetal-{inventory[cpu][count]}"}},
        {"op": "set-attribute", "args": ["extra/a/b", {"cpus": "{inventory[cpu][count]}", "all": "{inventory[cpu]}"}]},
        {"op": "extend-attribute", "args": {"path": "extra/seen", "value": "x"}},
        {"op": "extend-attribute", "args": {"path": "extra/seen", "value": "x", "unique": true}},
        {"op": "extend-attribute", "args": {"path": "extra/seen", "value": "y"}},
        {"op": "del-attribute", "args": {"path": "properties/cpus"}},
        {"op": "del-attribute", "args": {"path": "properties/nothing/here"}},
        {"op": "set-attribute", "args": {"path": "management_interface", "value": "redfish"}},
        {"op": "set-attribute", "args": {"path": "extra/missing", "value": "{inventory[nope]}"}},
        {"op": "set-attribute", "args": {"path": "extra/braces", "value": "{{}} {{node.name}}"}},
    ]));
    assert_eq!(ran.failure, None);
    assert_eq!(
        node.driver_info.text("redfish_address"),
        Some("https://192.0.2.9/")
    );
    assert_eq!(node.driver_info.text("redfish_password"), Some("pssst"));
    assert_eq!(node.properties["vendor"], "Dell Inc.");
    assert!(!node.properties.contains_key("cpus"));
    assert_eq!(node.resource_class.as_deref(), Some("baremetal-16"));
    assert_eq!(node.extra["a"]["b"]["cpus"], "16");
    assert_eq!(node.extra["a"]["b"]["all"]["count"], 16);
    assert_eq!(node.extra["seen"], json!(["x", "y"]));
    assert_eq!(node.extra["missing"], "{inventory[nope]}");
    assert_eq!(node.extra["braces"], "{} {node.name}");
    let names: Vec<&str> = ran.changes.names().collect();
    assert_eq!(
        names,
        [
            "driver_info",
            "extra",
            "management_interface",
            "properties",
            "resource_class"
        ]
    );
    assert!(!format!("{:?}", ran.changes).contains("pssst"));
}

#[test]
fn capabilities_and_traits_change() {
    let (node, _) = acted(json!([
        {"op": "set-capability", "args": {"name": "cpu_vt", "value": "true"}},
        {"op": "set-capability", "args": {"name": "boot_mode", "value": "bios"}},
        {"op": "set-capability", "args": {"name": "gone", "value": "1"}},
        {"op": "unset-capability", "args": {"name": "gone"}},
        {"op": "add-trait", "args": {"name": "CUSTOM_NEW"}},
        {"op": "add-trait", "args": {"name": "CUSTOM_NEW"}},
        {"op": "remove-trait", "args": {"name": "CUSTOM_OLD"}},
        {"op": "remove-trait", "args": {"name": "CUSTOM_NEVER"}},
    ]));
    assert_eq!(
        node.properties["capabilities"],
        "boot_mode:bios,cpu_vt:true"
    );
    assert_eq!(node.traits, ["CUSTOM_NEW"]);
}

#[test]
fn plugin_data_and_ports_change() {
    let (_, ran) = acted(json!([
        {"op": "set-plugin-data", "args": {"path": "a.b", "value": "{inventory[hostname]}"}},
        {"op": "extend-plugin-data", "args": {"path": "list", "value": 1}},
        {"op": "extend-plugin-data", "args": {"path": "list", "value": 1, "unique": true}},
        {"op": "unset-plugin-data", "args": {"path": "root_disk.name"}},
        {"op": "set-port-attribute", "args": {"port_id": MAC, "path": "/extra/nic", "value": "{inventory[interfaces][0][name]}"}},
        {"op": "set-port-attribute", "args": {"port_id": "{inventory[interfaces][0][mac_address]}", "path": "pxe_enabled", "value": false}},
        {"op": "extend-port-attribute", "args": {"port_id": Uuid::from_u128(2), "path": "extra/l", "value": 1}},
        {"op": "del-port-attribute", "args": {"port_id": MAC, "path": "extra/l"}},
    ]));
    assert_eq!(ran.failure, None);
    assert_eq!(ran.plugin_data["a"]["b"], Value::Null);
    assert_eq!(ran.plugin_data["list"], json!([1]));
    assert_eq!(ran.plugin_data.get("root_disk"), None);
    let port = ran.ports.first().unwrap();
    assert_eq!(Value::Object(port.extra.clone()), json!({"nic": "eth0"}));
    assert!(!port.pxe_enabled);
    assert!(ran.changes.is_empty());
}

#[test]
fn loops_of_actions_fill_in_every_argument() {
    let (node, _) = acted(json!([{
        "op": "set-attribute",
        "args": {"path": "{item[path]}", "value": "{item[value]}"},
        "loop": [
            {"path": "/extra/a", "value": "admin"},
            {"path": "/extra/b", "value": "{inventory[bmc_address]}"},
            {"path": "/extra/c", "value": {"deep": "{node.name}"}},
        ],
    }]));
    let expected = json!({"a": "admin", "b": "192.0.2.9", "c": {"deep": "rack7-3"}});
    assert_eq!(Value::Object(node.extra), expected);
}

#[test]
fn rules_run_by_priority_and_see_what_earlier_ones_did() {
    let set = |value: &str| json!([{"op": "set-attribute", "args": {"path": "extra/who", "value": value}}]);
    let (node, _) = ran(&[
        json!({"priority": 1, "actions": set("{node.extra[who]}+late")}),
        json!({"priority": 9, "actions": set("early")}),
    ]);
    assert_eq!(node.extra["who"], "early+late");
}

#[test]
fn a_failure_tells_its_reason_and_keeps_what_came_before() {
    let rules = [
        json!({"priority": 5, "actions": [{"op": "set-attribute", "args": {"path": "extra/a", "value": 1}}]}),
        json!({"description": "vendors", "actions": [{"op": "fail", "args": {"msg": "no {inventory[system_vendor][manufacturer]} here"}}]}),
    ];
    let (node, ran) = ran(&rules);
    assert_eq!(node.extra["a"], 1);
    let why = ran.failure.unwrap();
    assert!(why.ends_with("(vendors): no Dell Inc. here"), "{why}");
}

#[test]
fn nothing_of_a_sensitive_rule_is_told() {
    let actions = json!([
        {"op": "set-attribute", "args": {"path": "driver_info/redfish_password", "value": "kanarie"}},
        {"op": "log", "args": {"msg": "kanarie"}},
        {"op": "fail", "args": {"msg": "kanarie"}},
    ]);
    let rules = [json!({"sensitive": true, "actions": actions})];
    assert!(!format!("{:?}", rule(rules[0].clone())).contains("kanarie"));
    let (node, ran) = ran(&rules);
    assert_eq!(node.driver_info.text("redfish_password"), Some("kanarie"));
    assert_eq!(ran.log.len(), 1);
    let told = format!("{:?} {:?} {:?}", ran.log, ran.failure, ran.changes);
    assert!(!told.contains("kanarie"), "{told}");
}

#[test]
fn secrets_are_not_filled_in() {
    let (node, ran) = acted(json!([
        {"op": "set-attribute", "args": {"path": "extra/a", "value": "{node.driver_info[redfish_password]}"}},
        {"op": "set-attribute", "args": {"path": "extra/b", "value": "{node.driver_info}"}},
        {"op": "set-attribute", "args": {"path": "extra/c", "value": "x{plugin_data[auth_token]}{plugin_data}"}},
        {"op": "log", "args": {"msg": "{node.driver_info}", "level": "warning"}},
    ]));
    assert_eq!(node.extra["a"], "******");
    let told = format!("{:?} {:?}", node.extra, ran.log);
    assert!(!told.contains("pssst"), "{told}");
    assert_eq!(ran.log[0].level, LogLevel::Warning);
}

#[test]
fn rules_that_cannot_run_are_refused() {
    let action = |op: &str, args: Value| json!({"actions": [{"op": op, "args": args}]});
    let condition = |op: &str, args: Value| json!({"conditions": [{"op": op, "args": args}]});
    for (bad, word) in [
        (action("nope", json!({})), "op is one of"),
        (action("api-call", json!({"url": "http://x"})), "api-call"),
        (action("fail", json!({})), "missing required argument: msg"),
        (
            action("fail", json!({"msg": "m", "x": 1})),
            "unexpected argument: x",
        ),
        (action("fail", json!(["m", "n"])), "too many"),
        (
            action(
                "set-attribute",
                json!({"path": "provision_state", "value": "active"}),
            ),
            "provision_state",
        ),
        (
            action("set-attribute", json!({"path": "a//b", "value": 1})),
            "path",
        ),
        (
            action(
                "set-port-attribute",
                json!({"port_id": MAC, "path": "address", "value": 1}),
            ),
            "address",
        ),
        (action("log", json!({"msg": "x", "level": "loud"})), "level"),
        (action("add-trait", json!({"name": "x"})), "trait"),
        (
            action(
                "set-attribute",
                json!({"path": "extra/a", "value": "{node.name:>10}"}),
            ),
            "format",
        ),
        (
            action(
                "set-attribute",
                json!({"path": "extra/a", "value": ["{inventory[x]!r}"]}),
            ),
            "format",
        ),
        (condition("nope", json!({})), "op is one of"),
        (condition("! eq", json!({"values": []})), "op is one of"),
        (condition("eq", json!({"values": "x"})), "list"),
        (
            condition("matches", json!({"value": "x", "regex": "("})),
            "regular expression",
        ),
        (
            condition("matches", json!({"value": "x", "regex": "(?=a)"})),
            "regular expression",
        ),
        (
            condition(
                "contains",
                json!({"value": "x", "regex": "(a{1000}){1000}"}),
            ),
            "regular expression",
        ),
        (
            condition("contains", json!({"value": "x", "regex": "a".repeat(2000)})),
            "at most",
        ),
    ] {
        let why = refused(bad.clone());
        assert!(why.contains(word), "{bad}: {why}");
        assert!(
            why.starts_with("actions/0: ") || why.starts_with("conditions/0: "),
            "{why}"
        );
    }
}

#[test]
fn actions_that_do_not_fit_fail_the_inspection() {
    let set = |path: &str, value: Value| json!([{"op": "set-attribute", "args": {"path": path, "value": value}}]);
    for (actions, word) in [
        (set("properties", json!("x")), "an object"),
        (set("name/x", json!("x")), "no place"),
        (set("name", json!("a b")), "a name has"),
        (set("driver", Value::Null), "driver"),
        (set("automated_clean", json!("perhaps")), "boolean"),
        (set("traits", json!(["x"])), "trait"),
        (
            json!([{"op": "extend-attribute", "args": {"path": "properties/cpus", "value": 1}}]),
            "no list",
        ),
        (
            json!([{"op": "set-port-attribute", "args": {"port_id": "52:54:00:00:00:99", "path": "name", "value": "x"}}]),
            "no port",
        ),
    ] {
        let why = acted(actions.clone()).1.failure.unwrap();
        assert!(why.contains(word), "{actions}: {why}");
    }
}

#[test]
fn work_is_bounded() {
    let items: Vec<usize> = (0..100_000).collect();
    let action = json!({"op": "extend-plugin-data", "args": {"path": "l", "value": "{inventory}"}, "loop": items});
    let (_, outcome) = acted(json!([action]));
    assert!(outcome.failure.unwrap().contains("too much work"));
    let long = json!({"op": "set-attribute", "args": {"path": "extra/{item}", "value": "{plugin_data[l]}"}, "loop": ["x"]});
    let grow = json!({"op": "set-plugin-data", "args": {"path": "l", "value": "x".repeat(70_000)}});
    let (_, outcome) = acted(json!([grow, long]));
    assert!(outcome.failure.unwrap().contains("65536 bytes"));
}

/// Every rule of the guide is accepted, and does on the machine above what its text says.
#[test]
fn the_rules_of_the_guide_run() {
    let blocks = GUIDE.split("```json\n").skip(1);
    let texts = blocks.map(|rest| rest.split("```").next().unwrap());
    let rules: Vec<Value> = texts
        .map(|text| serde_json::from_str(text).unwrap())
        .filter(|block: &Value| block.get("actions").is_some())
        .collect();
    assert_eq!(rules.len(), 5);
    let (node, outcome) = ran(&rules);
    assert_eq!(outcome.failure, None);
    assert_eq!(node.driver_info.text("redfish_username"), Some("root"));
    assert_eq!(node.resource_class.as_deref(), Some("large"));
    assert_eq!(node.traits, ["CUSTOM_OLD", "CUSTOM_POWEREDGE"]);
    assert_eq!(node.extra["rack"], "rack7-3");
    assert_eq!(
        outcome.ports[0].physical_network.as_deref(),
        Some("provisioning")
    );
}
