//! The arguments of a query. Each endpoint knows its own: others are refused, and so is one that stands there twice, or that is a
//! number, a flag or an id by its name and does not look like one. What an argument means is the handlers' to know.

use crate::args::{parse_flag, unexpected};
use crate::endpoint::Spec;
use crate::error::ApiError;
use crate::ident;

/// What an argument must look like.
#[derive(Clone, Copy)]
enum Form {
    Uuid,
    Flag,
    Integer,
}

/// Arguments that are not just text: what one of these names stands for is the same wherever it is taken. Looked at in this order.
const FORMS: &[(&str, Form)] = &[
    ("chassis_uuid", Form::Uuid),
    ("instance_uuid", Form::Uuid),
    ("node_uuid", Form::Uuid),
    ("associated", Form::Flag),
    ("maintenance", Form::Flag),
    ("retired", Form::Flag),
    ("limit", Form::Integer),
    ("detail", Form::Flag),
    ("sharded", Form::Flag),
    ("include_children", Form::Flag),
    ("reset_interfaces", Form::Flag),
];

/// Arguments that are lists: these may stand in a query more than once.
const LISTS: &[&str] = &["fields", "shard", "conductor_groups", "addresses"];

/// Words of all lists of a query together: each is searched for.
const MOST_WORDS: usize = 1_000;
/// Bytes of an argument that is no list: what is looked for is no longer than what may be stored.
const LONGEST: usize = 4_096;

/// Refuses what the endpoint cannot be asked.
pub(crate) fn check(spec: &Spec, query: &[(String, String)]) -> Result<(), ApiError> {
    let Some(arguments) = spec
        .arguments
        .as_ref()
        .filter(|_| spec.collection().is_some())
    else {
        return Ok(());
    };
    let is_known = |name: &str| arguments.iter().any(|(known, _)| *known == name);
    if let Some((name, _)) = query.iter().find(|(name, _)| !is_known(name)) {
        return Err(unexpected(name));
    }
    bound(query)?;
    for (at, (name, _)) in query.iter().enumerate() {
        let again = query[..at].iter().any(|(before, _)| before == name);
        if again && !LISTS.contains(&name.as_str()) {
            return Err(ApiError::invalid(format!("Expected one value for {name}.")));
        }
    }
    let value = |name: &str| query.iter().find(|(given, _)| given == name);
    let given = FORMS
        .iter()
        .filter_map(|(name, form)| Some((form, value(name)?)));
    given
        .into_iter()
        .try_for_each(|(form, (name, text))| look(name, *form, text))
}

fn bound(query: &[(String, String)]) -> Result<(), ApiError> {
    let mut words = 0;
    for (name, text) in query {
        let is_list = LISTS.contains(&name.as_str());
        if !is_list && text.len() > LONGEST {
            let reason = format!("{name} is longer than {LONGEST} bytes.");
            return Err(ApiError::invalid(reason));
        }
        words += if is_list { text.split(',').count() } else { 1 };
        if words > MOST_WORDS {
            return Err(ApiError::invalid(format!(
                "{name}: the query names more than {MOST_WORDS} things; ask for them in several requests."
            )));
        }
    }
    Ok(())
}

fn look(name: &str, form: Form, text: &str) -> Result<(), ApiError> {
    let (fits, expected) = match form {
        Form::Uuid => (ident::uuid(text).is_some(), "UUID"),
        Form::Flag => (parse_flag(text).is_some(), "true or false"),
        Form::Integer => (is_integer(text), "an integer"),
    };
    let shown: String = text.chars().take(80).collect();
    match fits {
        true => Ok(()),
        false => Err(ApiError::invalid(format!(
            "Expected {expected} for {name}: {shown}"
        ))),
    }
}

fn is_integer(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::specs;
    use axum::http::{Method, StatusCode};

    fn verdict(path: &str, query: &[(&str, &str)]) -> Option<StatusCode> {
        let mut all = specs().filter(|spec| spec.method == Method::GET);
        let spec = all.find(|spec| spec.path == path);
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        check(&spec?, &query).err().map(|error| error.status())
    }

    #[test]
    fn long_queries_are_refused_before_anything_is_searched_for() {
        let refused = Some(StatusCode::BAD_REQUEST);
        let long = |length| "a".repeat(length);
        let words = |count: usize| vec!["a"; count].join(",");
        for (name, text, expected) in [
            ("description_contains", long(LONGEST), None),
            ("description_contains", long(LONGEST + 1), refused),
            ("shard", words(MOST_WORDS), None),
            ("shard", words(MOST_WORDS + 1), refused),
        ] {
            let length = text.len();
            assert_eq!(
                verdict("/nodes", &[(name, &text)]),
                expected,
                "{name} of {length}"
            );
        }
        let many = vec![("shard", "a"); MOST_WORDS + 1];
        assert_eq!(verdict("/nodes", &many), refused);
    }

    #[test]
    fn an_endpoint_knows_its_arguments() {
        let refused = Some(StatusCode::BAD_REQUEST);
        for (path, query, expected) in [
            ("/nodes", ("driver", "x"), None),
            ("/nodes", ("nonsense", "x"), refused),
            ("/nodes", ("detail", "true"), None),
            ("/nodes/detail", ("detail", "true"), refused),
            ("/nodes", ("limit", "-1"), None),
            ("/nodes", ("limit", "1.5"), refused),
            ("/nodes", ("associated", "perhaps"), refused),
            ("/nodes", ("chassis_uuid", "x"), refused),
            ("/nodes/{node}", ("fields", "uuid"), None),
            ("/nodes/{node}", ("detail", "true"), refused),
            ("/drivers", ("type", "dynamic"), None),
            ("/hammerscale/v1/events", ("nonsense", "x"), None),
        ] {
            assert_eq!(verdict(path, &[query]), expected, "{path} {query:?}");
        }
    }

    #[test]
    fn only_lists_stand_there_twice() {
        assert!(verdict("/nodes", &[("fields", "uuid"), ("fields", "name")]).is_none());
        assert!(verdict("/nodes", &[("limit", "0"), ("limit", "1")]).is_some());
    }
}
