//! `/runbooks/{runbook}/traits`: which nodes may use a runbook.

use super::{RUNBOOKS, TRAITS_SINCE, rights};
use crate::access::Access;
use crate::answer;
use crate::attributes::value;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member};
use api_types::Traits;
use axum::extract::Path;
use model::Runbook;
use serde_json::{Value, json};

/// A runbook has at most so many.
const MOST: usize = 50;

const BODY: &[Member] = &[member("traits", Kind::Texts).required()];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let all = "/runbooks/{runbook}/traits";
    let one = "/runbooks/{runbook}/traits/{trait}";
    let open = |endpoint: Endpoint| {
        endpoint
            .since(TRAITS_SINCE)
            .too_old(TooOld::NotFound)
            .access(Access::Anyone)
    };
    vec![
        open(Endpoint::get(all, list, "List a runbook's traits")),
        open(Endpoint::put(all, replace, "Replace a runbook's traits"))
            .holds(BODY)
            .status(204),
        open(Endpoint::delete(all, clear, "Remove a runbook's traits")),
        open(Endpoint::put(one, add, "Add a trait to a runbook")).status(204),
        open(Endpoint::delete(one, remove, "Remove a trait of a runbook")),
    ]
}

async fn list(call: Call, Path(named): Path<String>) -> Answer {
    let runbook = RUNBOOKS.find(&call, &named).await?.resource;
    rights::may_see(&call, &runbook)?;
    answer::ok(&Traits {
        traits: runbook.traits,
    })
}

async fn replace(call: Call, Path(named): Path<String>) -> Answer {
    let mut body = call.object()?;
    let given = match (body.remove("traits"), body.is_empty()) {
        (Some(Value::Array(given)), true) => given,
        _ => return Err(ApiError::invalid("The body has one key, traits, a list.")),
    };
    let named_traits: Result<Vec<String>, String> =
        given.into_iter().map(value::trait_name).collect();
    let mut traits = named_traits.map_err(wrong)?;
    traits.sort();
    traits.dedup();
    edit(&call, &named, |_| traits.clone()).await?;
    answer::no_content()
}

async fn clear(call: Call, Path(named): Path<String>) -> Answer {
    edit(&call, &named, |_| Vec::new()).await?;
    answer::no_content()
}

async fn add(call: Call, Path((named, name)): Path<(String, String)>) -> Answer {
    if call.json()?.is_some_and(|body| body != json!({})) {
        return Err(ApiError::invalid(
            "A trait is added by its path alone, without a body; a body with traits replaces them all, and has no trait in its path.",
        ));
    }
    let name = value::trait_name(Value::String(name)).map_err(wrong)?;
    let added = |mut traits: Vec<String>| {
        traits.push(name.clone());
        traits.sort();
        traits.dedup();
        traits
    };
    edit(&call, &named, added).await?;
    answer::no_content_at(&call, &format!("runbooks/{named}/traits/{name}"))
}

async fn remove(call: Call, Path((named, name)): Path<(String, String)>) -> Answer {
    let removed = |mut traits: Vec<String>| {
        traits.retain(|known| *known != name);
        traits
    };
    edit(&call, &named, removed).await?;
    answer::no_content()
}

fn wrong(why: String) -> ApiError {
    ApiError::invalid(format!("Invalid value for traits: {why}."))
}

async fn edit(
    call: &Call,
    named: &str,
    change: impl Fn(Vec<String>) -> Vec<String>,
) -> Result<Runbook, ApiError> {
    let changed = |old: &Runbook| {
        rights::may_change(call, old)?;
        let traits = change(old.traits.clone());
        if traits.len() > MOST {
            return Err(ApiError::invalid(format!(
                "A runbook has at most {MOST} traits."
            )));
        }
        Ok(Runbook {
            traits,
            ..old.clone()
        })
    };
    RUNBOOKS.edit(call, named, changed).await
}
