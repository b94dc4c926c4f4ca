//! The OpenAPI 3.1 document, made from the endpoints and the tables of fields. It says what is served and since when; it serves nothing.

mod schema;

use crate::access::Access;
use crate::endpoint::{Document, Spec};
use axum::http::Method;
use schema::{fields, reference};
use serde_json::{Map, Value, json};

/// The document of these endpoints.
pub(crate) fn document(specs: impl Iterator<Item = Spec>) -> Value {
    let mut paths = Map::new();
    let mut schemas = schema::common();
    for spec in specs {
        if let Document::One(name, table) | Document::List(_, name, table) = spec.shows {
            schemas.insert(name.to_owned(), fields(table, None));
        }
        if let (Document::One(name, table), Some(written)) = (spec.takes, &spec.writes) {
            let created = schema::created(table, written, spec.members);
            schemas.insert(format!("{name}Create"), created);
        }
        let path = paths
            .entry(written_path(&spec))
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(methods) = path {
            methods.insert(spec.method.as_str().to_lowercase(), operation(&spec));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hammerscale",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "OpenStack Ironic's REST API v1, and under /hammerscale/v1 what Ironic has no words for. The prefix /v1 is optional. \
                x-since is the microversion that added an endpoint, a field or a parameter.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": {"version": version_parameter()},
            "responses": {"Error": error_response()},
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
        },
    })
}

fn operation(spec: &Spec) -> Value {
    let mut operation = Map::new();
    let mut set = |key: &str, value: Value| operation.insert(key.to_owned(), value);
    set("operationId", id(spec).into());
    set("summary", spec.summary.into());
    set("tags", json!([tag(spec)]));
    if spec.collection().is_some() {
        set("x-since", format!("1.{}", spec.since).into());
    }
    set("parameters", parameters(spec));
    if let Some(body) = body(spec) {
        set("requestBody", body);
    }
    set("responses", responses(spec));
    let security = match spec.access {
        Access::Open => json!([]),
        _ => json!([{"basic": []}, {}]),
    };
    set("security", security);
    Value::Object(operation)
}

/// As clients write it: Ironic's paths have `/v1`, a rest of a path is one parameter.
fn written_path(spec: &Spec) -> String {
    let prefix = match spec.collection() {
        Some(_) => "/v1",
        None => "",
    };
    format!("{prefix}{}", spec.path.replace("{*", "{"))
}

fn id(spec: &Spec) -> String {
    let words = spec.path.split(['/', '{', '}', '*', '.']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let words = match words.is_empty() {
        true => "versions".to_owned(),
        false => words.join("_"),
    };
    format!("{}_{words}", spec.method.as_str().to_lowercase())
}

fn tag(spec: &Spec) -> &'static str {
    spec.collection().unwrap_or("hammerscale")
}

fn parameters(spec: &Spec) -> Value {
    let braces = spec.path.split('{').skip(1);
    let names = braces.filter_map(|rest| rest.split('}').next());
    let in_path = names.map(|name| {
        let name = name.trim_start_matches('*');
        json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
    });
    let version = spec
        .collection()
        .map(|_| json!({"$ref": "#/components/parameters/version"}));
    let arguments = spec.arguments.iter().flatten();
    let in_query = arguments.map(|(name, since)| {
        let since = format!("1.{since}");
        json!({"name": name, "in": "query", "x-since": since, "schema": {"type": "string"}})
    });
    let removed = (spec.method == Method::DELETE).then_some(spec.members);
    let named = removed.into_iter().flatten();
    let in_body = named.filter(|member| member.name != "*").map(|member| {
        let mut parameter = schema::member(member);
        parameter["name"] = member.name.into();
        parameter["in"] = "query".into();
        parameter["required"] = member.required.into();
        parameter
    });
    let all = in_path.chain(version).chain(in_query);
    all.chain(in_body).collect()
}

fn body(spec: &Spec) -> Option<Value> {
    let schema = match (&spec.method, spec.takes, &spec.writes) {
        (&Method::PATCH, ..) => reference("Patch"),
        (_, Document::One(name, _), Some(_)) => reference(&format!("{name}Create")),
        (&Method::POST | &Method::PUT, ..) if !spec.members.is_empty() => {
            schema::members(spec.members)
        }
        _ => return None,
    };
    // Arguments may stand in the query just as well.
    let document = spec.arguments.is_some() && spec.members.iter().any(|member| member.required);
    let required = spec.method == Method::PATCH || spec.writes.is_some() || document;
    Some(json!({"required": required, "content": {"application/json": {"schema": schema}}}))
}

fn responses(spec: &Spec) -> Value {
    let schema = match spec.shows {
        Document::None => None,
        Document::One(name, _) => Some(reference(name)),
        Document::List(key, name, _) => {
            let items = json!({"type": "array", "items": reference(name)});
            let next = json!({"type": "string", "format": "uri"});
            Some(json!({"type": "object", "properties": {key: items, "next": next}}))
        }
    };
    let mut success = json!({"description": "Done."});
    if let (Some(schema), Value::Object(success)) = (schema, &mut success) {
        let content = json!({"application/json": {"schema": schema}});
        success.insert("content".to_owned(), content);
    }
    let mut all = Map::new();
    all.insert(spec.status.to_string(), success);
    let error = json!({"$ref": "#/components/responses/Error"});
    all.insert("default".to_owned(), error);
    Value::Object(all)
}

fn version_parameter() -> Value {
    json!({
        "name": "X-OpenStack-Ironic-API-Version",
        "in": "header",
        "description": "The microversion, 1.1 to 1.115, or latest; 1.1 when it is missing.",
        "schema": {"type": "string", "pattern": "^(1\\.[0-9]+|latest)$"},
    })
}

fn error_response() -> Value {
    json!({
        "description": "Refused or failed; the status says how.",
        "content": {"application/json": {"schema": reference("Error")}},
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::resources::specs;
    use std::collections::BTreeSet;

    #[test]
    fn every_endpoint_is_an_operation_with_an_id_of_its_own() {
        let document = document(specs());
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.values().flat_map(|path| path.as_object().unwrap());
        let ids: Vec<&str> = operations
            .map(|(_, operation)| operation["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), specs().count());
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        let node = &document["components"]["schemas"]["Node"]["properties"];
        assert_eq!(node["owner"]["x-since"], "1.50");
        let made = &document["components"]["schemas"]["PortCreate"]["properties"];
        assert!(made.get("address").is_some() && made.get("internal_info").is_none());
    }

    #[test]
    fn bodies_are_those_of_the_tables() {
        let document = document(specs());
        let body = |path: &str, method: &str| {
            let operation = &document["paths"][path][method]["requestBody"];
            operation["content"]["application/json"]["schema"].clone()
        };
        let power = body("/v1/nodes/{node}/states/power", "put");
        assert_eq!(power["required"], json!(["target"]));
        assert_eq!(power["properties"]["timeout"]["type"], "integer");
        let provision = body("/v1/nodes/{node}/states/provision", "put");
        let step = &provision["properties"]["deploy_steps"]["items"];
        assert_eq!(
            step["required"],
            json!(["interface", "step", "args", "priority"])
        );
        assert_eq!(step["additionalProperties"], false);
        let template = &document["components"]["schemas"]["DeployTemplateCreate"];
        assert_eq!(template["required"], json!(["name", "steps"]));
        assert_eq!(template["properties"]["steps"]["items"], *step);
        assert_eq!(body("/v1/nodes/{node}/traits/{trait}", "put"), Value::Null);
        let methods = body("/v1/nodes/{node}/vendor_passthru/{method}", "post");
        assert_eq!(methods["additionalProperties"], true);
    }

    #[test]
    fn no_body_is_left_undescribed() {
        for spec in specs() {
            let body = body(&spec).unwrap_or_default();
            let schema = &body["content"]["application/json"]["schema"];
            assert_ne!(*schema, json!({"type": "object"}), "{}", spec.path);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(specs());
        let text = document.to_string();
        let mut count = 0;
        for rest in text.split("\"$ref\":\"#").skip(1) {
            let pointer = rest.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
            count += 1;
        }
        assert!(count > 50, "{count}");
    }
}
