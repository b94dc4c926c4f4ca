//! A rule's conditions: the operators, and whether one holds.

use super::arguments::{Signature, flag, text};
use super::compare::{as_text, in_net, is_empty, order, same, truth};
use super::interpolation::{self, Purpose, with_item};
use super::world::World;
use model::{Object, RulePart};
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use std::cmp::Ordering;

/// A longer regular expression is refused.
const LONGEST_REGEX: usize = 1024;
/// What a compiled regular expression may take, in bytes.
const LARGEST_REGEX: usize = 256 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Eq,
    Lt,
    Gt,
    IsEmpty,
    InNet,
    Matches,
    Contains,
    OneOf,
    IsNone,
    IsTrue,
    IsFalse,
}

const VALUES: Signature = Signature {
    required: &["values"],
    optional: &["force_strings"],
    filled: &["values"],
};
const VALUE: Signature = Signature {
    required: &["value"],
    optional: &[],
    filled: &["value"],
};
const NET: Signature = Signature {
    required: &["address", "subnet"],
    optional: &[],
    filled: &["address", "subnet"],
};
const REGEX: Signature = Signature {
    required: &["value", "regex"],
    optional: &[],
    filled: &["value"],
};
const LIST: Signature = Signature {
    required: &["value"],
    optional: &["values"],
    filled: &["value"],
};

const OPERATORS: &[(&str, Operator, Signature)] = &[
    ("eq", Operator::Eq, VALUES),
    ("lt", Operator::Lt, VALUES),
    ("gt", Operator::Gt, VALUES),
    ("is-empty", Operator::IsEmpty, VALUE),
    ("in-net", Operator::InNet, NET),
    ("matches", Operator::Matches, REGEX),
    ("contains", Operator::Contains, REGEX),
    ("one-of", Operator::OneOf, LIST),
    ("is-none", Operator::IsNone, VALUE),
    ("is-true", Operator::IsTrue, VALUE),
    ("is-false", Operator::IsFalse, VALUE),
];

/// How the results of a loop become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Multiple {
    Any,
    All,
    First,
    Last,
}

/// A condition whose words are understood.
pub(super) struct Condition {
    operator: Operator,
    signature: Signature,
    inverted: bool,
    args: Object,
    items: Option<Vec<Value>>,
    multiple: Multiple,
    /// Of a regular expression that is the same in every round.
    regex: Option<Regex>,
}

impl Condition {
    pub fn parse(part: &RulePart) -> Result<Self, String> {
        let (inverted, name) = match part.op.strip_prefix('!') {
            Some(name) => (true, name),
            None => (false, part.op.as_str()),
        };
        let row = OPERATORS.iter().find(|(known, ..)| *known == name);
        let (_, operator, signature) = row.ok_or_else(|| {
            let known: Vec<&str> = OPERATORS.iter().map(|(name, ..)| *name).collect();
            format!(
                "op is one of {}, or one of them after '!'",
                known.join(", ")
            )
        })?;
        let args = named(*operator, signature, &part.args)
            .map_err(|why| format!("args of {name}: {why}"))?;
        let items = part.items.as_ref().map(listed);
        let mut condition = Self {
            operator: *operator,
            signature: *signature,
            inverted,
            args,
            items,
            multiple: match part.multiple.as_deref() {
                None | Some("any") => Multiple::Any,
                Some("all") => Multiple::All,
                Some("first") => Multiple::First,
                Some("last") => Multiple::Last,
                Some(_) => return Err("multiple is any, all, first or last".to_owned()),
            },
            regex: None,
        };
        interpolation::check(&Value::Object(condition.args.clone()))?;
        condition.check_fixed()?;
        Ok(condition)
    }

    /// What does not change from round to round is checked at once.
    fn check_fixed(&mut self) -> Result<(), String> {
        if self.items.is_some() {
            return Ok(());
        }
        if matches!(self.operator, Operator::Matches | Operator::Contains) {
            let whole = self.operator == Operator::Matches;
            self.regex = Some(regex(text(&self.args, "regex")?, whole)?);
        }
        let takes_list = matches!(
            self.operator,
            Operator::Eq | Operator::Lt | Operator::Gt | Operator::OneOf
        );
        match self.args.get("values") {
            Some(values) if takes_list && !values.is_array() => {
                Err("values must be a list".to_owned())
            }
            _ => Ok(()),
        }
    }

    pub fn holds(&self, world: &mut World<'_>) -> Result<bool, String> {
        let Some(items) = &self.items else {
            return self.round(world, None);
        };
        match self.multiple {
            Multiple::First => self.round_of(world, items.first()),
            Multiple::Last => self.round_of(world, items.last()),
            Multiple::Any => {
                for item in items {
                    if self.round(world, Some(item))? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Multiple::All => {
                for item in items {
                    if !self.round(world, Some(item))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    fn round_of(&self, world: &mut World<'_>, item: Option<&Value>) -> Result<bool, String> {
        match item {
            Some(item) => self.round(world, Some(item)),
            None => Ok(false),
        }
    }

    fn round(&self, world: &mut World<'_>, item: Option<&Value>) -> Result<bool, String> {
        let args = filled(world, &self.args, self.signature, item, Purpose::Compare)?;
        Ok(self.judged(world, &args)? != self.inverted)
    }

    fn judged(&self, world: &mut World<'_>, args: &Object) -> Result<bool, String> {
        let value = args.get("value").unwrap_or(&Value::Null);
        match self.operator {
            Operator::Eq => self.in_pairs(args, |one, other| Ok(same(one, other))),
            Operator::Lt => ordered(self, args, Ordering::Less),
            Operator::Gt => ordered(self, args, Ordering::Greater),
            Operator::IsEmpty => Ok(is_empty(value)),
            Operator::InNet => {
                let address = args.get("address").unwrap_or(&Value::Null);
                in_net(address, text(args, "subnet")?)
            }
            Operator::Matches | Operator::Contains => self.searched(world, args, value),
            Operator::OneOf => match args.get("values") {
                None => Ok(false),
                Some(Value::Array(values)) => Ok(values.iter().any(|known| same(known, value))),
                Some(_) => Err("values must be a list".to_owned()),
            },
            Operator::IsNone => Ok(value.is_null()),
            Operator::IsTrue => Ok(truth(value) == Some(true)),
            Operator::IsFalse => Ok(truth(value) == Some(false)),
        }
    }

    fn searched(
        &self,
        world: &mut World<'_>,
        args: &Object,
        value: &Value,
    ) -> Result<bool, String> {
        let searched = as_text(value);
        world.budget.spend(searched.len())?;
        if let Some(regex) = &self.regex {
            return Ok(regex.is_match(&searched));
        }
        world.budget.spend(LARGEST_REGEX / 16)?;
        let whole = self.operator == Operator::Matches;
        Ok(regex(text(args, "regex")?, whole)?.is_match(&searched))
    }

    /// Whether something holds between each value and the next.
    fn in_pairs(
        &self,
        args: &Object,
        fits: impl Fn(&Value, &Value) -> Result<bool, String>,
    ) -> Result<bool, String> {
        let Some(Value::Array(values)) = args.get("values") else {
            return Err("values must be a list".to_owned());
        };
        let texts: Vec<Value> = match flag(args, "force_strings")? {
            true => values.iter().map(as_text).map(Value::String).collect(),
            false => values.clone(),
        };
        for pair in texts.windows(2) {
            if let [one, other] = pair
                && !fits(one, other)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn ordered(condition: &Condition, args: &Object, wanted: Ordering) -> Result<bool, String> {
    let as_texts = flag(args, "force_strings")?;
    condition.in_pairs(args, |one, other| match (one, other) {
        (Value::String(one), Value::String(other)) if as_texts => Ok(one.cmp(other) == wanted),
        _ => Ok(order(one, other)? == Some(wanted)),
    })
}

/// Values to compare may also be the list of arguments itself.
fn named(operator: Operator, signature: &Signature, args: &Value) -> Result<Object, String> {
    let many = matches!(operator, Operator::Eq | Operator::Lt | Operator::Gt);
    match args {
        Value::Array(list) if many && !list.first().is_some_and(Value::is_array) => {
            let mut named = Object::new();
            named.insert("values".to_owned(), args.clone());
            Ok(named)
        }
        _ => signature.named(args),
    }
}

/// A loop's rounds; an object is one round.
pub(super) fn listed(items: &Value) -> Vec<Value> {
    match items {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    }
}

/// The arguments of one round, their fields filled in.
pub(super) fn filled(
    world: &mut World<'_>,
    args: &Object,
    signature: Signature,
    item: Option<&Value>,
    purpose: Purpose,
) -> Result<Object, String> {
    world.budget.spend(0)?;
    let mut out = Object::new();
    for (name, value) in args {
        let value = match item {
            None if !signature.filled.contains(&name.as_str()) => value.clone(),
            None => world.filled(value, purpose)?,
            Some(item) => world.filled(&with_item(value, item), purpose)?,
        };
        out.insert(name.clone(), value);
    }
    Ok(out)
}

fn regex(text: &str, whole: bool) -> Result<Regex, String> {
    if text.len() > LONGEST_REGEX {
        return Err(format!(
            "a regular expression has at most {LONGEST_REGEX} bytes"
        ));
    }
    let build = |pattern: &str| {
        let mut builder = RegexBuilder::new(pattern);
        let built = builder
            .size_limit(LARGEST_REGEX)
            .dfa_size_limit(LARGEST_REGEX)
            .nest_limit(50)
            .build();
        built.map_err(|_| {
            "regex is no regular expression that is available here (look-around and back references are not), or one too large"
                .to_owned()
        })
    };
    match whole {
        false => build(text),
        true => {
            build(text)?;
            build(&format!(r"\A(?:{text})\n?\z"))
        }
    }
}
