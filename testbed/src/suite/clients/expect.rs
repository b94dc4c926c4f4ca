//! Whether an answer is as expected. It types nothing.

use super::story::Expectation;
use super::typist::Typed;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;

/// What stories know by name.
pub(super) type Names = BTreeMap<String, String>;

/// The text with each `$name` replaced by what is known by it.
pub(super) fn filled(text: &str, names: &Names) -> String {
    let mut parts = text.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(part.len());
        match names.get(&part[..end]) {
            Some(value) => whole.push_str(&format!("{value}{}", &part[end..])),
            None => whole.push_str(&format!("${part}")),
        }
    }
    whole
}

/// Judges one expectation; what is to be kept is put among the names.
pub(super) fn judge(expected: &Expectation, typed: &Typed, names: &mut Names) -> Result<()> {
    if let Expectation::Says(text) = expected {
        let text = filled(text, names);
        let said = typed.said();
        ensure!(said.contains(&text), "it does not say '{text}' but: {said}");
        return Ok(());
    }
    let answer: Value = serde_json::from_str(&typed.out)
        .with_context(|| format!("the answer is no JSON: {}", typed.said()))?;
    judge_json(expected, &answer, names).with_context(|| format!("the answer is {answer}"))
}

fn judge_json(expected: &Expectation, answer: &Value, names: &mut Names) -> Result<()> {
    match expected {
        Expectation::Says(_) => {}
        Expectation::Count(count) => {
            let rows = answer.as_array().context("it has no rows")?.len();
            ensure!(rows == *count, "it has {rows} rows, not {count}");
        }
        Expectation::Is(path, value) => {
            let value = filled_value(value, names);
            let there = at(answer, path);
            ensure!(there.contains(&&value), "{path} is {there:?}, not {value}");
        }
        Expectation::IsNot(path, value) => {
            let value = filled_value(value, names);
            ensure!(!at(answer, path).contains(&&value), "{path} is {value}");
        }
        Expectation::Holds(path, text) => {
            let text = filled(text, names);
            let there = at(answer, path);
            let holds = |value: &&Value| shown(value).contains(&text);
            ensure!(
                there.iter().any(holds),
                "{path} is {there:?} without '{text}'"
            );
        }
        Expectation::Keep(path, name) => {
            let there = at(answer, path);
            let value = there.first().with_context(|| format!("no {path}"))?;
            names.insert(name.clone(), shown(value));
        }
    }
    Ok(())
}

fn filled_value(value: &Value, names: &Names) -> Value {
    match value {
        Value::String(text) => Value::from(filled(text, names)),
        other => other.clone(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a path leads to; `*` leads to every item.
fn at<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for part in path.split('/').filter(|part| *part != ".") {
        found = found
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                (_, Value::Array(items)) => part
                    .parse::<usize>()
                    .ok()
                    .and_then(|at| items.get(at))
                    .into_iter()
                    .collect(),
                (_, value) => value.get(part).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use serde_json::json;

    fn holds(expected: Expectation, answer: &Value) -> bool {
        let typed = Typed {
            status: 0,
            out: answer.to_string(),
            err: String::new(),
        };
        judge(&expected, &typed, &mut Names::new()).is_ok()
    }

    #[test]
    fn an_answer_is_as_expected_or_not() {
        let rows = json!([{"name": "a", "n": 1}, {"name": "b"}]);
        let is = |path: &str, value: Value| Expectation::Is(path.into(), value);
        assert!(holds(is("*/name", json!("b")), &rows));
        assert!(holds(is("0/n", json!(1)), &rows));
        assert!(!holds(is("1/name", json!("a")), &rows));
        assert!(!holds(is("2/name", json!("a")), &rows));
        assert!(!holds(
            Expectation::IsNot("*/name".into(), json!("a")),
            &rows
        ));
        assert!(holds(Expectation::Holds("1".into(), "b".into()), &rows));
        assert!(!holds(Expectation::Holds("1".into(), "c".into()), &rows));
        assert!(holds(Expectation::Count(2), &rows));
        assert!(!holds(Expectation::Count(1), &rows));
    }

    #[test]
    fn names_stand_for_what_was_kept() {
        let mut names = Names::new();
        let typed = Typed {
            status: 0,
            out: r#"{"uuid":"u-1"}"#.into(),
            err: String::new(),
        };
        let keep = Expectation::Keep("uuid".into(), "one".into());
        judge(&keep, &typed, &mut names).unwrap();
        assert_eq!(filled("show $one-x $two $", &names), "show u-1-x $two $");
    }
}
