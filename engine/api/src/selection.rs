//! Which fields of a document are answered: by `fields`, `detail` and the microversion.

use crate::args::flag_of;
use crate::call::Call;
use crate::error::ApiError;
use crate::view::Shown;
use api_types::field::{Field, select, since};
use model::Object;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;

/// What a request wants to see.
pub(crate) enum Selection {
    /// All that the version has.
    All,
    /// These fields.
    Some(Vec<String>),
}

impl Selection {
    /// For one document: all, or what `fields` names.
    pub fn of_one(call: &Call, table: &[Field]) -> Result<Self, ApiError> {
        match asked(call, "fields") {
            Some(list) => Ok(Self::Some(named(call, table, &list)?)),
            None => Ok(Self::All),
        }
    }

    /// For a list: the summary, or what `fields` or `detail` ask for. `path` is true under `/detail`.
    pub fn of_list(
        call: &Call,
        table: &[Field],
        summary: &[&str],
        path: bool,
    ) -> Result<Self, ApiError> {
        let detail = path || detail_asked(call)?;
        Self::of_list_in(call, table, summary, detail)
    }

    /// For a list: all of it with `detail`, else the summary or what `fields` asks for.
    pub fn of_list_in(
        call: &Call,
        table: &[Field],
        summary: &[&str],
        detail: bool,
    ) -> Result<Self, ApiError> {
        match asked(call, "fields") {
            Some(_) if detail => Err(ApiError::invalid(
                "Can't fetch a subset of fields with 'detail' set.",
            )),
            Some(list) => Ok(Self::Some(named(call, table, &list)?)),
            None if detail => Ok(Self::All),
            None => Ok(Self::Some(
                summary.iter().map(|s| (*s).to_owned()).collect(),
            )),
        }
    }

    /// The fields that are wanted and that the version has. `links` is always wanted.
    pub fn shown(&self, call: &Call, table: &[Field]) -> Shown {
        let wanted = |name: &str| match self {
            Self::All => true,
            Self::Some(fields) => name == "links" || fields.iter().any(|field| field == name),
        };
        let known = table.iter().filter(|field| call.version().has(field.since));
        known
            .map(|field| field.name)
            .filter(|name| wanted(name))
            .collect()
    }

    /// A document with only what is wanted and what the version has.
    pub fn apply(
        &self,
        call: &Call,
        table: &[Field],
        document: &impl Serialize,
    ) -> Result<Object, ApiError> {
        match serde_json::to_value(document) {
            Ok(Value::Object(object)) => Ok(self.pick(call, table, object)),
            _ => Err(ApiError::failed("The document cannot be written.")),
        }
    }

    /// The same of a document that is an object already: nothing is copied.
    pub fn pick(&self, call: &Call, table: &[Field], mut object: Object) -> Object {
        let asked = match self {
            Self::All => None,
            Self::Some(fields) => Some(fields.as_slice()),
        };
        select(&mut object, table, call.version(), asked);
        object
    }
}

/// `detail=true`, from 1.43 on.
fn detail_asked(call: &Call) -> Result<bool, ApiError> {
    match call.parameter("detail") {
        None => Ok(false),
        Some(_) if !call.version().has(43) => Err(ApiError::invalid(
            "The parameter 'detail' needs version 1.43 or later.",
        )),
        Some(text) => flag_of("detail", text),
    }
}

fn named(call: &Call, table: &[Field], list: &[String]) -> Result<Vec<String>, ApiError> {
    call.needs("Selecting fields", 8)?;
    let list: Vec<String> = list.iter().map(|name| name.to_lowercase()).collect();
    for name in &list {
        match since(table, name) {
            None => {
                let shown: String = name.chars().take(80).collect();
                return Err(ApiError::invalid(format!(
                    "Field(s) {shown:?} are not valid."
                )));
            }
            Some(minor) => call.needs(&format!("The field '{name}'"), minor)?,
        }
    }
    Ok(list)
}

/// The items of a query parameter that is a list separated by commas, each once; none when it is not there.
pub(crate) fn asked(call: &Call, name: &str) -> Option<Vec<String>> {
    call.parameter(name)?;
    let given = call.query().iter().filter(|(given, _)| given == name);
    let (mut items, mut known) = (Vec::new(), HashSet::new());
    for item in given.flat_map(|(_, list)| list.split(',')) {
        let item = item.trim();
        if !item.is_empty() && known.insert(item) {
            items.push(item.to_owned());
        }
    }
    Some(items)
}

/// The same; what is not there is empty.
pub(crate) fn listed(call: &Call, name: &str) -> Vec<String> {
    asked(call, name).unwrap_or_default()
}
