//! The BIOS settings that are kept of a node: those a step names, and how they take the place of those kept before.

use crate::effects::{ActError, Context};
use model::{BiosSetting, Object};
use ports::query::Page;
use ports::resources::{self, ResourceChange, ResourceQuery};
use ports::store::StoreError;
use serde_json::Value;
use std::collections::BTreeMap;

/// A machine has some hundreds; more than this is a mistake.
const MOST_SETTINGS: usize = 4096;

/// The names and values in the argument `settings` of a step.
pub(crate) fn wanted(args: &Object) -> Result<Vec<(String, Option<String>)>, String> {
    let settings = args.get("settings").and_then(Value::as_array);
    let settings = settings.ok_or("the argument 'settings' is a list of names and values")?;
    if settings.len() > MOST_SETTINGS {
        return Err(format!("at most {MOST_SETTINGS} settings at once"));
    }
    settings
        .iter()
        .map(|setting| {
            let name = setting.get("name").and_then(Value::as_str);
            let name = name.ok_or("a setting has a name and a value")?;
            let value = match setting.get("value") {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            };
            Ok((name.to_owned(), value))
        })
        .collect()
}

/// Makes these the node's settings: new ones are added, changed ones updated, all others forgotten.
pub(crate) async fn replace(
    context: &Context,
    wanted: Vec<(String, Option<String>)>,
) -> Result<(), ActError> {
    let conductor = &context.conductor;
    let (node, now) = (context.node.uuid, conductor.now());
    let store = conductor.inner.store.as_ref();
    let query = ResourceQuery {
        node: Some(node),
        page: Page {
            limit: MOST_SETTINGS,
            ..Page::default()
        },
        ..ResourceQuery::default()
    };
    let kept = resources::list::<BiosSetting>(store, &query)
        .await
        .map_err(|error| unwritten(&error))?;
    let mut wanted: BTreeMap<String, Option<String>> = wanted.into_iter().collect();
    let mut changes = Vec::new();
    for mut known in kept {
        let setting = &mut known.resource;
        match wanted.remove(&setting.name) {
            None => changes.push(resources::delete::<BiosSetting>(setting.uuid)),
            Some(value) if value != setting.value => {
                (setting.value, setting.updated_at) = (value, Some(now));
                changes.push(changed(resources::update(&known))?);
            }
            Some(_) => {}
        }
    }
    for (name, value) in wanted {
        let setting = BiosSetting::new(conductor.fresh_uuid(), node, name, value, now);
        changes.push(changed(resources::create(&setting))?);
    }
    if changes.is_empty() {
        return Ok(());
    }
    let written = store.change_resources(changes).await;
    written.map_err(|error| unwritten(&error))
}

fn changed(change: Result<ResourceChange, StoreError>) -> Result<ResourceChange, ActError> {
    change.map_err(|error| unwritten(&error))
}

fn unwritten(error: &StoreError) -> ActError {
    ActError::passing(format!("the BIOS settings could not be kept: {error}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_kept_as_text() {
        let args = json!({"settings": [
            {"name": "a", "value": "b"}, {"name": "n", "value": 5}, {"name": "t", "value": true}, {"name": "none"}]});
        let found = wanted(args.as_object().unwrap()).unwrap();
        let texts: Vec<_> = found.iter().map(|(_, value)| value.as_deref()).collect();
        assert_eq!(texts, [Some("b"), Some("5"), Some("true"), None]);
        for bad in [
            json!({}),
            json!({"settings": [{}]}),
            json!({"settings": {}}),
        ] {
            assert!(wanted(bad.as_object().unwrap()).is_err(), "{bad}");
        }
    }
}
