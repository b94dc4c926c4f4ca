//! Deploy templates at work: those whose names are among the instance's traits add their steps to a deployment. What a request names
//! itself comes before what templates say.

use crate::fact::ProvisionAsked;
use model::{Node, Refusal, RefusalKind, Step, Verb, trait_name};
use serde_json::Value;

/// The traits that the instance asks for: the names of the templates that apply to its deployment.
///
/// # Errors
/// `instance_info/traits` is no list of texts, or has one that the node has not.
pub fn instance_traits(node: &Node) -> Result<Vec<String>, Refusal> {
    let invalid = |text: String| Refusal::new(RefusalKind::Invalid, text);
    let given = match node.instance_info.get("traits") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= trait_name::MOST => list,
        Some(_) => return Err(invalid(not_a_list(node))),
    };
    let mut traits: Vec<String> = Vec::with_capacity(given.len());
    for item in given {
        let name = item.as_str().ok_or_else(|| invalid(not_a_list(node)))?;
        if !node.traits.iter().any(|known| known == name) {
            return Err(invalid(format!(
                "Cannot specify instance traits that are not also set on the node: node {} has no trait {:?}",
                node.uuid,
                name.chars().take(255).collect::<String>()
            )));
        }
        if !traits.iter().any(|known| known == name) {
            traits.push(name.to_owned());
        }
    }
    Ok(traits)
}

fn not_a_list(node: &Node) -> String {
    format!(
        "instance_info/traits of node {} must be a list of at most {} traits",
        node.uuid,
        trait_name::MOST
    )
}

/// The request with the steps of the templates that apply.
pub(crate) fn with_templates(
    node: &Node,
    asked: &ProvisionAsked,
) -> Result<ProvisionAsked, Refusal> {
    let mut asked = asked.clone();
    if !matches!(asked.verb, Verb::Deploy | Verb::Rebuild) {
        return Ok(asked);
    }
    let traits = instance_traits(node)?;
    let mut added: Vec<(&str, Step)> = Vec::new();
    for template in &asked.templates {
        if !traits.contains(&template.name) {
            continue;
        }
        for step in template.steps.iter().map(model::TemplateStep::to_step) {
            if let Some((other, _)) = added.iter().find(|(_, known)| known.is_same(&step)) {
                return Err(Refusal::new(
                    RefusalKind::Invalid,
                    format!(
                        "The deploy templates {other} and {} both apply to node {} and both have the step {}; take one of the traits out of instance_info/traits",
                        template.name,
                        node.uuid,
                        step.full_name()
                    ),
                ));
            }
            added.push((&template.name, step));
        }
    }
    let fresh = added.into_iter().map(|(_, step)| step);
    let fresh: Vec<Step> = fresh
        .filter(|step| asked.steps.iter().all(|known| !known.is_same(step)))
        .collect();
    asked.steps.extend(fresh);
    Ok(asked)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use model::{DeployTemplate, Guarded, TemplateStep};
    use serde_json::json;
    use uuid::Uuid;

    fn node(traits: &[&str], instance: Value) -> Node {
        let mut node = Node::new(Uuid::nil(), "fake-hardware", chrono::DateTime::UNIX_EPOCH);
        node.traits = traits.iter().map(|name| (*name).to_owned()).collect();
        let info = json!({"traits": instance});
        node.instance_info = Guarded::new(info.as_object().unwrap().clone());
        node
    }

    fn template(name: &str, step: &str, priority: i64) -> DeployTemplate {
        let mut template = DeployTemplate::new(Uuid::nil(), chrono::DateTime::UNIX_EPOCH);
        template.name = name.to_owned();
        template.steps = vec![TemplateStep {
            interface: "deploy".to_owned(),
            step: step.to_owned(),
            args: json!({"from": name}).as_object().unwrap().clone(),
            priority,
        }];
        template
    }

    fn asked(verb: Verb, templates: Vec<DeployTemplate>) -> ProvisionAsked {
        ProvisionAsked {
            templates,
            ..ProvisionAsked::new(verb)
        }
    }

    #[test]
    fn templates_of_the_instances_traits_add_their_steps() {
        let node = node(&["CUSTOM_A", "CUSTOM_B"], json!(["CUSTOM_A"]));
        let templates = vec![template("CUSTOM_A", "x", 90), template("CUSTOM_B", "y", 80)];
        for (verb, steps) in [(Verb::Deploy, 1), (Verb::Rebuild, 1), (Verb::Clean, 0)] {
            let merged = with_templates(&node, &asked(verb, templates.clone())).unwrap();
            assert_eq!(merged.steps.len(), steps, "{verb}");
        }
        let merged = with_templates(&node, &asked(Verb::Deploy, templates)).unwrap();
        assert_eq!(merged.steps[0].full_name(), "deploy.x");
        assert_eq!(merged.steps[0].priority, 90);
        assert_eq!(merged.steps[0].args["from"], "CUSTOM_A");
    }

    #[test]
    fn what_is_asked_for_by_name_comes_first() {
        let node = node(&["CUSTOM_A"], json!(["CUSTOM_A", "CUSTOM_A"]));
        let mut wish = asked(Verb::Deploy, vec![template("CUSTOM_A", "x", 90)]);
        wish.steps = vec![Step {
            interface: "deploy".to_owned(),
            step: "x".to_owned(),
            priority: 5,
            ..Step::default()
        }];
        let merged = with_templates(&node, &wish).unwrap();
        assert_eq!(merged.steps, wish.steps);
    }

    #[test]
    fn traits_that_cannot_be_are_refused() {
        for (instance, word) in [
            (json!("CUSTOM_A"), "list"),
            (json!([1]), "list"),
            (json!(["CUSTOM_A", "CUSTOM_B"]), "CUSTOM_B"),
        ] {
            let node = node(&["CUSTOM_A"], instance);
            let refusal = with_templates(&node, &asked(Verb::Deploy, Vec::new()))
                .err()
                .unwrap();
            assert_eq!(refusal.kind, RefusalKind::Invalid);
            assert!(refusal.message.contains(word), "{}", refusal.message);
        }
        assert!(instance_traits(&node(&[], Value::Null)).unwrap().is_empty());
    }

    #[test]
    fn two_templates_with_the_same_step_are_refused() {
        let node = node(&["CUSTOM_A", "CUSTOM_B"], json!(["CUSTOM_A", "CUSTOM_B"]));
        let templates = vec![template("CUSTOM_A", "x", 90), template("CUSTOM_B", "x", 80)];
        let refusal = with_templates(&node, &asked(Verb::Deploy, templates))
            .err()
            .unwrap();
        assert!(refusal.message.contains("deploy.x"), "{}", refusal.message);
    }
}
