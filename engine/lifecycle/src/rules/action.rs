//! A rule's actions: which there are, and doing one.

use super::arguments::{Signature, flag, text};
use super::compare::as_text;
use super::condition::{filled, listed};
use super::interpolation::{self, Purpose};
use super::world::{LogLevel, World};
use super::{node_attributes, path, port_attributes};
use model::{Object, RulePart, trait_name};
use serde_json::Value;

/// Why `api-call` is refused.
const NO_CALLS: &str = "api-call is not available in this engine: it calls nothing but BMCs and agents. Follow its events, or read the node's inventory, and call from there";

type Run = fn(&Object, &mut World<'_>) -> Result<(), String>;

struct Kind {
    name: &'static str,
    signature: Signature,
    run: Run,
}

const fn kind(
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    filled: &'static [&'static str],
    run: Run,
) -> Kind {
    Kind {
        name,
        signature: Signature {
            required,
            optional,
            filled,
        },
        run,
    }
}

const KINDS: &[Kind] = &[
    kind("fail", &["msg"], &[], &["msg"], fail),
    kind("log", &["msg"], &["level"], &["msg"], log),
    kind("set-attribute", &["path", "value"], &[], &["value"], set),
    kind(
        "extend-attribute",
        &["path", "value"],
        &["unique"],
        &["value"],
        extend,
    ),
    kind("del-attribute", &["path"], &[], &[], delete),
    kind(
        "set-capability",
        &["name", "value"],
        &[],
        &["value"],
        set_capability,
    ),
    kind("unset-capability", &["name"], &[], &[], unset_capability),
    kind("add-trait", &["name"], &[], &[], add_trait),
    kind("remove-trait", &["name"], &[], &[], remove_trait),
    kind(
        "set-plugin-data",
        &["path", "value"],
        &[],
        &["value"],
        set_data,
    ),
    kind(
        "extend-plugin-data",
        &["path", "value"],
        &["unique"],
        &["value"],
        extend_data,
    ),
    kind("unset-plugin-data", &["path"], &[], &[], unset_data),
    kind(
        "set-port-attribute",
        &["port_id", "path", "value"],
        &[],
        &["port_id", "value"],
        set_port,
    ),
    kind(
        "extend-port-attribute",
        &["port_id", "path", "value"],
        &["unique"],
        &["port_id", "value"],
        extend_port,
    ),
    kind(
        "del-port-attribute",
        &["port_id", "path"],
        &[],
        &["port_id"],
        delete_port,
    ),
];

/// An action whose words are understood.
pub(super) struct Action {
    kind: &'static Kind,
    args: Object,
    items: Option<Vec<Value>>,
}

impl Action {
    pub fn parse(part: &RulePart) -> Result<Self, String> {
        if part.op == "api-call" {
            return Err(NO_CALLS.to_owned());
        }
        let found = KINDS.iter().find(|kind| kind.name == part.op);
        let kind = found.ok_or_else(|| {
            let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            format!("op is one of {}", known.join(", "))
        })?;
        let args = kind.signature.named(&part.args);
        let action = Self {
            kind,
            args: args.map_err(|why| format!("args of {}: {why}", kind.name))?,
            items: part.items.as_ref().map(listed),
        };
        interpolation::check(&Value::Object(action.args.clone()))?;
        action.check_fixed()?;
        Ok(action)
    }

    /// What does not change from round to round is checked at once.
    fn check_fixed(&self) -> Result<(), String> {
        if self.items.is_some() {
            return Ok(());
        }
        if self.args.contains_key("path") {
            let way = path::parse(text(&self.args, "path")?)?;
            let root = way.first().copied().unwrap_or_default();
            match self.kind.name {
                "set-attribute" | "extend-attribute" | "del-attribute" => {
                    node_attributes::find(root).map(|_| ())?;
                }
                "set-port-attribute" | "extend-port-attribute" | "del-port-attribute" => {
                    port_attributes::find(root).map(|_| ())?;
                }
                _ => {}
            }
        }
        flag(&self.args, "unique")?;
        match self.kind.name {
            "log" => level(&self.args).map(|_| ()),
            "add-trait" => the_trait(&self.args).map(|_| ()),
            _ => Ok(()),
        }
    }

    pub fn run(&self, world: &mut World<'_>) -> Result<(), String> {
        let Some(items) = &self.items else {
            return self.round(world, None);
        };
        items
            .iter()
            .try_for_each(|item| self.round(world, Some(item)))
    }

    fn round(&self, world: &mut World<'_>, item: Option<&Value>) -> Result<(), String> {
        let signature = self.kind.signature;
        let args = filled(world, &self.args, signature, item, Purpose::Write)?;
        let name = self.kind.name;
        let done = (self.kind.run)(&args, world);
        // A failure speaks for itself.
        done.map_err(|why| match name {
            "fail" => why,
            _ => format!("{name}: {why}"),
        })
    }
}

fn value(args: &Object) -> Value {
    args.get("value").cloned().unwrap_or_default()
}

fn way(args: &Object) -> Result<Vec<&str>, String> {
    path::parse(text(args, "path")?)
}

fn fail(args: &Object, _: &mut World<'_>) -> Result<(), String> {
    let message = args.get("msg").map(as_text).unwrap_or_default();
    Err(message.chars().take(1000).collect())
}

fn log(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let level = level(args)?;
    world.log(level, args.get("msg").map(as_text).unwrap_or_default());
    Ok(())
}

fn level(args: &Object) -> Result<LogLevel, String> {
    let Some(level) = args.get("level") else {
        return Ok(LogLevel::Info);
    };
    let word = level.as_str().unwrap_or_default().to_ascii_lowercase();
    match word.as_str() {
        "debug" => Ok(LogLevel::Debug),
        "info" => Ok(LogLevel::Info),
        "warning" => Ok(LogLevel::Warning),
        "error" | "critical" => Ok(LogLevel::Error),
        _ => Err("level is debug, info, warning, error or critical".to_owned()),
    }
}

fn set(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let new = value(args);
    world.change_node(&way(args)?, |root, rest| path::set(root, rest, new))
}

fn extend(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let (new, unique) = (value(args), flag(args, "unique")?);
    world.change_node(&way(args)?, |root, rest| {
        path::extend(root, rest, new, unique)
    })
}

fn delete(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    world.change_node(&way(args)?, taken_away)
}

/// An attribute as a whole gets its default.
fn taken_away(root: &mut Value, rest: &[&str]) -> Result<(), String> {
    match rest.is_empty() {
        true => *root = Value::Null,
        false => path::remove(root, rest),
    }
    Ok(())
}

fn set_capability(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let (name, new) = (text(args, "name")?, as_text(&value(args)));
    let plain = |text: &str| !text.is_empty() && !text.contains([':', ',']);
    if !plain(name) || new.contains(',') {
        return Err("a capability's name has no ':' and no ',', its value no ','".to_owned());
    }
    change_capabilities(world, |all| {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = new,
            None => all.push((name.to_owned(), new)),
        }
    })
}

fn unset_capability(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let name = text(args, "name")?;
    change_capabilities(world, |all| all.retain(|(known, _)| known != name))
}

/// `properties/capabilities` is the text `name:value,name:value`.
fn change_capabilities(
    world: &mut World<'_>,
    change: impl FnOnce(&mut Vec<(String, String)>),
) -> Result<(), String> {
    world.change_node(&["properties"], |properties, _| {
        let known = properties.get("capabilities").cloned().unwrap_or_default();
        let text = match &known {
            Value::Null => "",
            Value::String(text) => text,
            _ => return Err("properties/capabilities is no text".to_owned()),
        };
        let pairs = text.split(',').filter_map(|pair| pair.split_once(':'));
        let mut all: Vec<(String, String)> = pairs
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        change(&mut all);
        let pairs: Vec<String> = all
            .iter()
            .map(|(name, value)| format!("{name}:{value}"))
            .collect();
        path::set(
            properties,
            &["capabilities"],
            Value::String(pairs.join(",")),
        )
    })
}

fn the_trait(args: &Object) -> Result<Value, String> {
    let name = text(args, "name")?;
    match trait_name::is_trait(name) {
        true => Ok(Value::String(name.to_owned())),
        false => Err(trait_name::EXPECTED.to_owned()),
    }
}

fn add_trait(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let name = the_trait(args)?;
    world.change_node(&["traits"], |list, rest| {
        path::extend(list, rest, name, true)
    })
}

fn remove_trait(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let name = Value::String(text(args, "name")?.to_owned());
    world.change_node(&["traits"], |list, _| {
        if let Value::Array(list) = list {
            list.retain(|known| *known != name);
        }
        Ok(())
    })
}

fn set_data(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let (way, new) = (way(args)?, value(args));
    world.change_data(|data| path::set(data, &way, new))
}

fn extend_data(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let (way, new, unique) = (way(args)?, value(args), flag(args, "unique")?);
    world.change_data(|data| path::extend(data, &way, new, unique))
}

fn unset_data(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let way = way(args)?;
    world.change_data(|data| {
        path::remove_with_parent(data, &way);
        Ok(())
    })
}

fn set_port(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let (port, new) = (text(args, "port_id")?, value(args));
    world.change_port(port, &way(args)?, |root, rest| path::set(root, rest, new))
}

fn extend_port(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    let (port, new, unique) = (text(args, "port_id")?, value(args), flag(args, "unique")?);
    world.change_port(port, &way(args)?, |root, rest| {
        path::extend(root, rest, new, unique)
    })
}

fn delete_port(args: &Object, world: &mut World<'_>) -> Result<(), String> {
    world.change_port(text(args, "port_id")?, &way(args)?, taken_away)
}
