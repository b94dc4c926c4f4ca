//! Records for the tests, and short ways to write them.

use model::{
    Action, Asker, Circumstances, Effect, EffectId, Flow, FlowKind, Guarded, HistoryEntry,
    MacAddress, Node, Object, Port, ProvisionState, Retry, Severity, Timestamp,
};
use ports::blob::{Blob, BlobKind};
use ports::query::{NodeQuery, Page, Parentage};
use ports::store::TurnRecord;
use serde_json::Value;
use uuid::Uuid;

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_700_000_000 + seconds, 123_456_789).unwrap()
}

pub fn node(number: u32) -> Node {
    let uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0000 + u128::from(number));
    let mut node = Node::new(uuid, "redfish", at(i64::from(number)));
    node.name = Some(format!("node-{number:05}"));
    node
}

pub fn port(number: u32, node: Uuid) -> Port {
    let uuid = Uuid::from_u128(0x2000_0000_0000_4000_8000_0000_0000_0000 + u128::from(number));
    let [.., c, d] = number.to_be_bytes();
    let address = MacAddress::new([0x52, 0x54, 0, 0, c, d]);
    Port::new(uuid, node, address, at(i64::from(number)))
}

pub fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("not an object: {other}"),
    }
}

pub fn guarded(value: Value) -> Guarded {
    Guarded::new(object(value))
}

pub fn turn(node: Node) -> TurnRecord {
    TurnRecord::of(node)
}

pub fn effect(node: Uuid, number: u64) -> Effect {
    Effect {
        id: EffectId { node, number },
        action: Action::AgentCommand {
            name: format!("standby.sync{number}"),
        },
        attempt: 0,
        created_at: at(0),
        retry: None,
    }
}

pub fn retry() -> Retry {
    Retry {
        attempt: 3,
        most_attempts: 5,
        error: "the BMC does not answer".to_owned(),
        failed_at: Timestamp::from_timestamp(1_700_000_000, 0).unwrap(),
        next_at: Timestamp::from_timestamp(1_700_000_002, 0).unwrap(),
    }
}

pub fn line(node: Uuid, event: impl Into<String>) -> HistoryEntry {
    HistoryEntry {
        uuid: Uuid::new_v4(),
        node,
        at: at(1),
        from: ProvisionState::Enroll,
        to: ProvisionState::Verifying,
        event: event.into(),
        stage: None,
        detail: Some("what happened".to_owned()),
        severity: Severity::Info,
        circumstances: Circumstances {
            target: Some(ProvisionState::Manageable),
            seconds: Some(7),
            asker: Some(Asker {
                user: "amelia".to_owned(),
                project: None,
            }),
            conductor: Some("one".to_owned()),
        },
    }
}

pub fn flow() -> Flow {
    Flow {
        kind: FlowKind::Verify,
        stages: vec![model::Stage::ReadPower],
        cursor: 0,
        pending: None,
        wait: None,
        tries: 0,
        boots: 0,
        started_at: at(0),
        stage_started_at: at(0),
        came_early: false,
        abort_requested: false,
        requested_steps: Vec::new(),
        asker: None,
        agent_steps_version: None,
    }
}

pub fn blob(kind: BlobKind, text: &str) -> Blob {
    use aws_lc_rs::digest;
    Blob {
        hash: hex::encode(digest::digest(&digest::SHA256, text.as_bytes())),
        kind,
        bytes: text.as_bytes().to_vec(),
    }
}

/// Every node, up to a limit.
pub fn all(limit: usize) -> NodeQuery {
    NodeQuery {
        page: Page {
            limit,
            ..Page::default()
        },
        parentage: Parentage::All,
        ..NodeQuery::default()
    }
}

pub fn names(nodes: &[Node]) -> Vec<&str> {
    nodes
        .iter()
        .filter_map(|node| node.name.as_deref())
        .collect()
}
