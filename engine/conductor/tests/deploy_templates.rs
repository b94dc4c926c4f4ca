//! Deploy templates at work: the steps of those that the instance's traits name are run with the deployment's own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use model::{
    DeployTemplate, Guarded, Node, Object, ProvisionState, RefusalKind, Step, TemplateStep, Verb,
};
use ports::engine::{Engine, EngineError, ProvisionRequest};
use ports::resources;
use serde_json::{Value, json};
use support::{Place, free_node};
use uuid::Uuid;

async fn add(place: &Place, name: &str, steps: &[(&str, i64)]) {
    let mut template = DeployTemplate::new(Uuid::new_v4(), chrono::Utc::now());
    template.name = name.to_owned();
    let step = |(step, priority): &(&str, i64)| TemplateStep {
        interface: "deploy".to_owned(),
        step: (*step).to_owned(),
        args: Object::new(),
        priority: *priority,
    };
    template.steps = steps.iter().map(step).collect();
    let change = resources::create(&template).unwrap();
    place.store.change_resources(vec![change]).await.unwrap();
}

fn with_traits(traits: &[&str], instance: Value) -> impl FnOnce(&mut Node) + Send {
    let traits = traits.iter().map(|name| (*name).to_owned()).collect();
    let info = json!({"traits": instance});
    move |node| {
        node.traits = traits;
        node.instance_info = Guarded::new(info.as_object().unwrap().clone());
    }
}

/// The plan that a deployment begins with, its pretended steps only.
async fn planned(place: &Place, node: Uuid, asked: Vec<Step>) -> Result<Vec<String>, EngineError> {
    let mut request = ProvisionRequest::new(Verb::Deploy);
    request.steps = asked;
    let engine = place.conductor();
    engine.provision(node, request).await?;
    // The stages' lines in the history outlive the flow.
    loop {
        let now = place.store.node(node).await.unwrap().unwrap();
        if now.provision_state == ProvisionState::Active {
            break;
        }
        assert_eq!(now.last_error, None);
        tokio::task::yield_now().await;
    }
    let lines = place.store.history(node, 100).await.unwrap();
    let stages = lines.into_iter().filter_map(|line| line.stage);
    Ok(stages
        .filter(|stage| stage.starts_with("deploy."))
        .collect())
}

#[tokio::test]
async fn the_templates_of_the_instances_traits_add_their_steps() {
    let place = Place::new().await;
    add(
        &place,
        "CUSTOM_A",
        &[("late", 10), ("early", 150), ("never", 0)],
    )
    .await;
    add(&place, "CUSTOM_B", &[("other", 50)]).await;
    add(&place, "CUSTOM_OFF", &[("deploy", 0)]).await;
    let engine = place.conductor();
    let traits = ["CUSTOM_A", "CUSTOM_B"];
    let node = free_node(&engine, "a", with_traits(&traits, json!(["CUSTOM_A"]))).await;
    let steps = planned(&place, node, Vec::new()).await.unwrap();
    assert_eq!(steps, ["deploy.early", "deploy.deploy", "deploy.late"]);

    let node = free_node(&engine, "b", with_traits(&traits, Value::Null)).await;
    let steps = planned(&place, node, Vec::new()).await.unwrap();
    assert_eq!(steps, ["deploy.deploy"]);

    let node = free_node(&engine, "c", with_traits(&traits, json!(traits))).await;
    let asked = Step {
        interface: "deploy".to_owned(),
        step: "early".to_owned(),
        priority: 20,
        ..Step::default()
    };
    let steps = planned(&place, node, vec![asked]).await.unwrap();
    let expected = [
        "deploy.deploy",
        "deploy.other",
        "deploy.early",
        "deploy.late",
    ];
    assert_eq!(steps, expected, "what is asked for by name comes first");

    let off = with_traits(
        &["CUSTOM_OFF", "CUSTOM_B"],
        json!(["CUSTOM_OFF", "CUSTOM_B"]),
    );
    let node = free_node(&engine, "d", off).await;
    let steps = planned(&place, node, Vec::new()).await.unwrap();
    assert_eq!(steps, ["deploy.other"], "priority 0 leaves a step out");
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_begins() {
    let place = Place::new().await;
    add(&place, "CUSTOM_A", &[("x", 10)]).await;
    add(&place, "CUSTOM_B", &[("x", 20)]).await;
    let engine = place.conductor();
    for (at, (traits, instance, word)) in [
        (
            vec!["CUSTOM_A"],
            json!(["CUSTOM_A", "CUSTOM_Z"]),
            "CUSTOM_Z",
        ),
        (vec!["CUSTOM_A"], json!("CUSTOM_A"), "list"),
        (
            vec!["CUSTOM_A", "CUSTOM_B"],
            json!(["CUSTOM_A", "CUSTOM_B"]),
            "deploy.x",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let node = free_node(&engine, &format!("n{at}"), with_traits(&traits, instance)).await;
        let refused = planned(&place, node, Vec::new()).await.unwrap_err();
        let EngineError::Refused(refusal) = refused else {
            panic!("{refused}");
        };
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert!(refusal.message.contains(word), "{}", refusal.message);
        let after = place.store.node(node).await.unwrap().unwrap();
        assert_eq!(after.provision_state, ProvisionState::Available);
        assert_eq!(after.flow, None);
    }
}

#[tokio::test]
async fn validation_tells_of_traits_that_cannot_be() {
    let place = Place::new().await;
    let engine = place.conductor();
    let node = free_node(&engine, "a", with_traits(&[], json!(["CUSTOM_Z"]))).await;
    let verdicts = engine.validate(node).await.unwrap();
    let verdict = &verdicts[&model::InterfaceKind::Deploy];
    let told = format!("{verdict:?}");
    assert!(told.contains("CUSTOM_Z"), "{told}");
}
