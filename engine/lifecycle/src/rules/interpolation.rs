//! Replacement fields in texts: `{node.driver}`, `{inventory[cpu][count]}`, `{plugin_data[root_disk]}`, `{item}`; `{{` and `}}` stand for
//! braces. Secrets are never filled in: a masked text stands in their place.

use super::budget::Budget;
use super::compare::as_text;
use model::{Object, mask};
use serde_json::Value;

/// Longer texts are refused.
const LONGEST: usize = 64 << 10;
/// What fields may begin with.
const ROOTS: &[&str] = &["node", "inventory", "plugin_data", "item"];

/// What fields are looked up in.
pub(super) struct Scope<'a> {
    pub node: &'a Value,
    pub inventory: &'a Value,
    pub plugin_data: &'a Value,
}

/// What becomes of a text's fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A condition: a text that is one field becomes that value; what is missing is null.
    Compare,
    /// An action: numbers and booleans become text as in Ironic; what is missing stays as it was written.
    Write,
}

/// A part of a text.
#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Literal(&'t str),
    /// A brace that was written twice.
    Brace(char),
    Field {
        raw: &'t str,
        way: Vec<&'t str>,
    },
}

/// Takes a text apart; none when its braces do not fit together, or a field has a format: such a text stays as it is.
fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, tail) = rest.split_at(at);
        if !literal.is_empty() {
            found.push(Piece::Literal(literal));
        }
        let brace = tail.chars().next()?;
        let after = &tail[1..];
        if after.starts_with(brace) {
            found.push(Piece::Brace(brace));
            rest = &after[1..];
            continue;
        }
        let end = after.find('}').filter(|_| brace == '{')?;
        let (inner, raw) = (&after[..end], &tail[..end + 2]);
        found.push(match way(inner)? {
            way if way.first().is_some_and(|root| ROOTS.contains(root)) => {
                Piece::Field { raw, way }
            }
            // Braces of something else, such as those of a regular expression.
            _ => Piece::Literal(raw),
        });
        rest = &after[end + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Literal(rest));
    }
    Some(found)
}

/// `a.b[c][0]` as its parts.
fn way(field: &str) -> Option<Vec<&str>> {
    let begin = field.find(['.', '[']).unwrap_or(field.len());
    let (root, mut rest) = field.split_at(begin);
    let mut way = vec![root];
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']')?;
            way.push(&inner[..end]);
            rest = &inner[end + 1..];
        } else {
            let name = rest.strip_prefix('.')?;
            let end = name.find(['.', '[']).unwrap_or(name.len());
            way.push(&name[..end]);
            rest = &name[end..];
        }
    }
    let plain = |part: &&str| !part.is_empty() && !part.contains(['{', '!', ':', ']']);
    let fits = way.iter().take(1).all(plain) && way.iter().all(|part| !part.is_empty());
    fits.then_some(way)
}

/// Refuses, when a rule is made, the formats of Python's fields, which are not filled in here.
pub(super) fn check(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) => check_text(text),
        Value::Array(list) => list.iter().try_for_each(check),
        Value::Object(object) => object.iter().try_for_each(|(key, value)| {
            check_text(key)?;
            check(value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn check_text(text: &str) -> Result<(), String> {
    for part in text.split('{').skip(1) {
        let field = part.split('}').next().unwrap_or_default();
        let mut outside = field.to_owned();
        while let (Some(open), Some(close)) = (outside.find('['), outside.find(']')) {
            if close < open {
                break;
            }
            outside.replace_range(open..=close, "");
        }
        let root = outside.split(['.', '!', ':']).next().unwrap_or_default();
        if ROOTS.contains(&root) && outside.contains(['!', ':']) {
            return Err(format!(
                "{{{field}}}: conversions and format specifications in replacement fields are not available in this engine; name the field alone"
            ));
        }
    }
    Ok(())
}

/// The value with `{item}` filled in everywhere; other fields stay as they are.
pub(super) fn with_item(value: &Value, item: &Value) -> Value {
    match value {
        Value::String(text) => item_in(text, item),
        Value::Array(list) => list.iter().map(|inner| with_item(inner, item)).collect(),
        Value::Object(object) => Value::Object(
            object
                .iter()
                .map(|(key, inner)| (as_text(&item_in(key, item)), with_item(inner, item)))
                .collect(),
        ),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain.clone(),
    }
}

fn item_in(text: &str, item: &Value) -> Value {
    let unchanged = || Value::String(text.to_owned());
    let Some(pieces) = pieces(text) else {
        return unchanged();
    };
    let of_item = |way: &[&str]| match way.split_first() {
        Some((&"item", rest)) => walk(item, rest),
        _ => None,
    };
    if let [Piece::Field { way, .. }] = pieces.as_slice() {
        return of_item(way).map_or_else(unchanged, Value::clone);
    }
    let mut out = String::new();
    for piece in &pieces {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Brace(brace) => {
                out.push(*brace);
                out.push(*brace);
            }
            Piece::Field { raw, way } => match of_item(way) {
                Some(found) => out.push_str(&as_text(found)),
                None => out.push_str(raw),
            },
        }
    }
    Value::String(out)
}

impl Scope<'_> {
    /// The value with its fields filled in, at every depth.
    pub fn filled(
        &self,
        value: &Value,
        purpose: Purpose,
        budget: &mut Budget,
    ) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => self.text(text, purpose, budget)?,
            Value::Array(list) => Value::Array(
                list.iter()
                    .map(|inner| self.filled(inner, purpose, budget))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(object) => {
                let mut out = Object::new();
                for (key, inner) in object {
                    let key = as_text(&self.text(key, Purpose::Write, budget)?);
                    out.insert(key, self.filled(inner, purpose, budget)?);
                }
                Value::Object(out)
            }
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain.clone(),
        })
    }

    fn text(&self, text: &str, purpose: Purpose, budget: &mut Budget) -> Result<Value, String> {
        let unchanged = || Value::String(text.to_owned());
        let Some(pieces) = pieces(text) else {
            return Ok(unchanged());
        };
        let missing = match purpose {
            Purpose::Compare => Value::Null,
            Purpose::Write => unchanged(),
        };
        if let [Piece::Field { way, .. }] = pieces.as_slice() {
            let Some(found) = self.look_up(way) else {
                return Ok(missing);
            };
            let size = size(&found);
            budget.spend(size)?;
            check_length(size)?;
            return Ok(match (&found, purpose) {
                (Value::Number(_) | Value::Bool(_), Purpose::Write) => {
                    Value::String(as_text(&found))
                }
                _ => found,
            });
        }
        let mut out = String::new();
        for piece in &pieces {
            match piece {
                Piece::Literal(literal) => out.push_str(literal),
                Piece::Brace(brace) => out.push(*brace),
                Piece::Field { way, .. } => match self.look_up(way) {
                    Some(found) => {
                        check_length(size(&found))?;
                        out.push_str(&as_text(&found));
                    }
                    None => return Ok(missing),
                },
            }
            check_length(out.len())?;
        }
        budget.spend(out.len())?;
        Ok(Value::String(out))
    }

    /// What a field names, secrets masked.
    fn look_up(&self, way: &[&str]) -> Option<Value> {
        let (root, rest) = way.split_first()?;
        let root = match *root {
            "node" => self.node,
            "inventory" => self.inventory,
            "plugin_data" => self.plugin_data,
            _ => return None,
        };
        let found = walk(root, rest)?;
        if rest.iter().any(|part| mask::is_secret_key(part)) {
            return Some(Value::String(mask::MASK.to_owned()));
        }
        let mut wrapped = Object::new();
        wrapped.insert("found".to_owned(), found.clone());
        mask::masked_with_lists(&wrapped).remove("found")
    }
}

fn walk<'v>(root: &'v Value, way: &[&str]) -> Option<&'v Value> {
    way.iter().try_fold(root, |value, part| match value {
        Value::Object(object) => object.get(*part),
        Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// About how many bytes of text a value is.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(|inner| size(inner) + 2).sum(),
        Value::Object(object) => object
            .iter()
            .map(|(key, inner)| key.len() + size(inner) + 4)
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

fn check_length(bytes: usize) -> Result<(), String> {
    match bytes > LONGEST {
        true => Err(format!(
            "a replacement field makes a text of more than {LONGEST} bytes"
        )),
        false => Ok(()),
    }
}
