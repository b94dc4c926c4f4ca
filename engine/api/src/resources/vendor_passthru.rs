//! Vendor passthru, of nodes and of drivers: the methods of a vendor interface, named in the path or by the argument `method`. No driver
//! here has methods of its own beside those of its nodes.

use crate::access;
use crate::args::unexpected;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member};
use crate::{answer, ident};
use axum::extract::Path;
use axum::http::Method;
use model::Object;
use ports::hardware::{VendorAnswer, VendorCall, VendorMethod};
use serde_json::{Map, Value, json};

const NODE: &str = "/nodes/{node}/vendor_passthru";
const NODE_METHOD: &str = "/nodes/{node}/vendor_passthru/{method}";
const DRIVER: &str = "/drivers/{driver}/vendor_passthru";
const DRIVER_METHOD: &str = "/drivers/{driver}/vendor_passthru/{method}";

/// What the method takes is the method's own.
const ARGUMENTS: &[Member] = &[member("*", Kind::Anything)];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const CALL: &str = "Call a method of a node's vendor interface";
    const OF_DRIVER: &str = "Call a method of a driver's vendor interface";
    let all = vec![
        Endpoint::get(
            "/nodes/{node}/vendor_passthru/methods",
            methods,
            "List the methods of a node's vendor interface",
        )
        .access(access::Access::Admin),
        Endpoint::get(
            "/drivers/{driver}/vendor_passthru/methods",
            driver_methods,
            "List the methods of a driver's vendor interface",
        ),
        Endpoint::get(NODE, unnamed, CALL).access(access::Access::Admin),
        Endpoint::post(NODE, unnamed, CALL).status(202),
        Endpoint::put(NODE, unnamed, CALL),
        Endpoint::delete(NODE, unnamed, CALL).status(202),
        Endpoint::get(NODE_METHOD, named, CALL).access(access::Access::Admin),
        Endpoint::post(NODE_METHOD, named, CALL).status(202),
        Endpoint::put(NODE_METHOD, named, CALL),
        Endpoint::delete(NODE_METHOD, named, CALL).status(202),
        Endpoint::get(DRIVER, of_driver, OF_DRIVER).access(access::Access::Admin),
        Endpoint::post(DRIVER, of_driver, OF_DRIVER).status(202),
        Endpoint::put(DRIVER, of_driver, OF_DRIVER),
        Endpoint::delete(DRIVER, of_driver, OF_DRIVER).status(202),
        Endpoint::get(DRIVER_METHOD, named_of_driver, OF_DRIVER).access(access::Access::Admin),
        Endpoint::post(DRIVER_METHOD, named_of_driver, OF_DRIVER).status(202),
        Endpoint::put(DRIVER_METHOD, named_of_driver, OF_DRIVER),
        Endpoint::delete(DRIVER_METHOD, named_of_driver, OF_DRIVER).status(202),
    ];
    let free = |endpoint: Endpoint| endpoint.takes_arguments(ARGUMENTS);
    all.into_iter().map(free).collect()
}

async fn methods(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let methods = call.app.engine.vendor_methods(node.uuid).await?;
    let shown: Map<String, Value> = methods
        .iter()
        .map(|method| (method.name.to_owned(), document(method)))
        .collect();
    answer::ok(&shown)
}

fn document(method: &VendorMethod) -> Value {
    json!({
        "http_methods": method.http_methods,
        "async": method.asynchronous,
        "description": method.description,
        "attach": false,
        "require_exclusive_lock": method.exclusive,
    })
}

async fn named(verb: Method, call: Call, Path((name, method)): Path<(String, String)>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let request = VendorCall {
        http_method: verb.to_string(),
        method,
        arguments: arguments(&call)?,
    };
    match call.app.engine.call_vendor(node.uuid, request).await? {
        VendorAnswer::Begun => answer::accepted(),
        VendorAnswer::Value(value) => answer::ok(&value),
    }
}

async fn unnamed(verb: Method, call: Call, Path(name): Path<String>) -> Answer {
    let method = method(&call)?;
    named(verb, call, Path((name, method))).await
}

/// The body. Of the query only the method's name is read, and there is nothing else in it.
fn arguments(call: &Call) -> Result<Object, ApiError> {
    if let Some((key, _)) = call.query().iter().find(|(key, _)| key != "method") {
        return Err(unexpected(key));
    }
    match call.json()? {
        None | Some(Value::Null) => Ok(Object::new()),
        Some(Value::Object(body)) => Ok(body),
        Some(_) => Err(ApiError::invalid("The arguments are a JSON object.")),
    }
}

fn method(call: &Call) -> Result<String, ApiError> {
    let named = call.parameter("method").filter(|name| !name.is_empty());
    named
        .map(str::to_owned)
        .ok_or_else(|| ApiError::invalid("Mandatory field missing: method."))
}

async fn driver_methods(call: Call, Path(driver): Path<String>) -> Answer {
    known(&call, &driver)?;
    answer::ok(&json!({}))
}

async fn of_driver(call: Call, Path(driver): Path<String>) -> Answer {
    let method = method(&call)?;
    no_method(&call, &driver, &method)
}

async fn named_of_driver(call: Call, Path((driver, method)): Path<(String, String)>) -> Answer {
    no_method(&call, &driver, &method)
}

fn no_method(call: &Call, driver: &str, method: &str) -> Answer {
    known(call, driver)?;
    let shown: String = method.chars().take(80).collect();
    Err(ApiError::invalid(format!("No handler for method {shown}")))
}

fn known(call: &Call, driver: &str) -> Result<(), ApiError> {
    super::drivers::found(call, driver).map(|_| ())
}
