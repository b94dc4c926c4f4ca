//! A small Redfish service with a machine behind it. What it does wrong is set by the test; what it was asked is kept.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bmc_core::{AllowedNetworks, BmcError, Driver, Secret, Target};
use bmc_redfish::{Options, Pace, RedfishDriver};
use serde_json::{Value, json};

pub const SYSTEM: &str = "/redfish/v1/Systems/1";
pub const RESET: &str = "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset";
pub const SESSIONS: &str = "/redfish/v1/SessionService/Sessions";

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub token: Option<String>,
    pub basic: bool,
    pub if_match: Option<String>,
    pub headers: HeaderMap,
    pub body: Value,
}

/// An answer told beforehand.
pub type Canned = (u16, Vec<(&'static str, String)>, Vec<u8>);

pub fn canned(status: u16, body: Value) -> Canned {
    (status, Vec::new(), body.to_string().into_bytes())
}

pub fn error(status: u16, message: &str) -> Canned {
    canned(
        status,
        json!({"error": {"@Message.ExtendedInfo": [{"Message": message, "Severity": "Critical"}]}}),
    )
}

#[derive(Default)]
pub struct Model {
    pub documents: HashMap<String, Value>,
    /// Answers given once each, before anything else.
    pub canned: HashMap<(String, String), VecDeque<Canned>>,
    pub seen: Vec<Seen>,
    /// user:password; `None`: open.
    pub login: Option<String>,
    pub has_sessions: bool,
    pub tokens: HashSet<String>,
    pub logins: u32,
    /// Takes orders and does nothing.
    pub lies: bool,
    /// The ETag of the system, and the one it accepts.
    pub etag: Option<(String, String)>,
}

pub struct Fake {
    pub model: Arc<Mutex<Model>>,
    pub driver: RedfishDriver,
    pub pace: Arc<NoWait>,
    pub target: Target,
}

/// Time that passes at once and is written down.
#[derive(Default)]
pub struct NoWait(pub Mutex<Vec<Duration>>);

#[async_trait]
impl Pace for NoWait {
    async fn sleep(&self, time: Duration) {
        self.0.lock().unwrap().push(time);
    }

    fn now(&self) -> SystemTime {
        // 1994-11-06 08:49:37 GMT
        SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
    }
}

pub fn options(pace: &Arc<NoWait>) -> Options {
    let mut options = Options::new(AllowedNetworks::default().with_loopback());
    options.pace = pace.clone();
    options
}

impl Fake {
    /// An open BMC with one machine that is off.
    pub async fn start() -> Self {
        let model = Arc::new(Mutex::new(Model {
            documents: documents(),
            ..Model::default()
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(model.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let pace = Arc::new(NoWait::default());
        let driver = RedfishDriver::new(options(&pace));
        Self {
            model,
            driver,
            pace,
            target: Target::new(address.parse().unwrap()),
        }
    }

    /// The same, with a user to log in as and, if told, a session service.
    pub async fn guarded(has_sessions: bool) -> Self {
        let mut fake = Self::start().await;
        fake.with(|model| {
            model.login = Some("root:calvin".into());
            model.has_sessions = has_sessions;
            if has_sessions {
                model.documents.get_mut("/redfish/v1").unwrap()["Links"] =
                    json!({"Sessions": {"@odata.id": SESSIONS}});
            }
        });
        fake.target.username = Some("root".into());
        fake.target.password = Some(Secret::from("calvin"));
        fake
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        change(&mut self.model.lock().unwrap())
    }

    /// Changes a property of the system; `at` is a JSON pointer.
    pub fn system(&self, at: &str, value: Value) {
        self.with(|model| {
            *model
                .documents
                .get_mut(SYSTEM)
                .unwrap()
                .pointer_mut(at)
                .unwrap() = value
        });
    }

    /// Tells an answer beforehand.
    pub fn next(&self, method: &str, path: &str, answer: Canned) {
        self.with(|model| {
            model
                .canned
                .entry((method.into(), path.into()))
                .or_default()
                .push_back(answer)
        });
    }

    /// The requests with this method whose path ends so.
    pub fn seen(&self, method: &str, ending: &str) -> Vec<Seen> {
        let fits = |seen: &&Seen| seen.method == method && seen.path.ends_with(ending);
        self.with(|model| model.seen.iter().filter(fits).cloned().collect())
    }

    pub fn slept(&self) -> Vec<u64> {
        self.pace
            .0
            .lock()
            .unwrap()
            .iter()
            .map(Duration::as_secs)
            .collect()
    }

    pub async fn power(&self) -> Result<bmc_core::PowerState, BmcError> {
        self.driver.power().unwrap().power_state(&self.target).await
    }

    pub async fn order(&self, action: bmc_core::PowerAction) -> Result<(), BmcError> {
        self.driver
            .power()
            .unwrap()
            .set_power(&self.target, action)
            .await
    }
}

fn documents() -> HashMap<String, Value> {
    let link = |path: &str| json!({"@odata.id": path});
    let list = |path: &str| json!({"Members": [{"@odata.id": path}]});
    HashMap::from([
        (
            "/redfish/v1".to_owned(),
            json!({"RedfishVersion": "1.6.0", "Systems": link("/redfish/v1/Systems"), "Managers": link("/redfish/v1/Managers")}),
        ),
        ("/redfish/v1/Systems".to_owned(), list(SYSTEM)),
        (
            "/redfish/v1/Managers".to_owned(),
            list("/redfish/v1/Managers/1"),
        ),
        (
            "/redfish/v1/Managers/1".to_owned(),
            json!({"FirmwareVersion": "2.10"}),
        ),
        (
            SYSTEM.to_owned(),
            json!({
                "UUID": "u-1", "Manufacturer": "Example", "Model": "M1", "SerialNumber": "S1", "BiosVersion": "1.2",
                "PowerState": "Off", "Status": {"Health": "OK"},
                "Boot": {
                    "BootSourceOverrideTarget": "None", "BootSourceOverrideEnabled": "Disabled",
                    "BootSourceOverrideMode": "UEFI",
                    "BootSourceOverrideTarget@Redfish.AllowableValues": ["None", "Pxe", "Hdd", "Cd", "UsbCd", "UefiHttp"],
                },
                "Actions": {"#ComputerSystem.Reset": {
                    "target": RESET,
                    "ResetType@Redfish.AllowableValues": ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "Nmi"],
                }},
                "Links": {"ManagedBy": [link("/redfish/v1/Managers/1")]},
                "EthernetInterfaces": link("/redfish/v1/Systems/1/EthernetInterfaces"),
            }),
        ),
    ])
}

async fn answer(
    State(model): State<Arc<Mutex<Model>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut model = model.lock().unwrap();
    let (status, headers, body) = model.answer(&method, uri.path(), headers, &body);
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap()
}

impl Model {
    fn answer(&mut self, method: &Method, path: &str, headers: HeaderMap, body: &[u8]) -> Canned {
        let path = path.trim_end_matches('/').to_owned();
        let text = |name: &str| {
            headers
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let seen = Seen {
            method: method.to_string(),
            path: path.clone(),
            token: text("x-auth-token"),
            basic: headers.contains_key("authorization"),
            if_match: text("if-match"),
            body: serde_json::from_slice(body).unwrap_or(Value::Null),
            headers: headers.clone(),
        };
        self.seen.push(seen.clone());
        let told = self
            .canned
            .get_mut(&(seen.method.clone(), path.clone()))
            .and_then(VecDeque::pop_front);
        if let Some(told) = told {
            return told;
        }
        let basic = self
            .login
            .as_ref()
            .map(|login| format!("Basic {}", BASE64.encode(login)));
        let known = basic.is_none()
            || text("authorization") == basic
            || seen.token.iter().any(|t| self.tokens.contains(t));
        let signing_in = *method == Method::POST && path == SESSIONS && self.has_sessions;
        if !known && !signing_in && path != "/redfish/v1" {
            return error(401, "log in first");
        }
        match method.as_str() {
            "POST" if signing_in => self.log_in(&seen.body),
            "GET" => self.read(&path),
            "DELETE" => (204, Vec::new(), Vec::new()),
            "POST" if path == RESET => self.reset(seen.body["ResetType"].as_str().unwrap()),
            "PATCH" if path == SYSTEM => self.patch(&seen),
            _ => error(404, "no such resource"),
        }
    }

    fn log_in(&mut self, body: &Value) -> Canned {
        let login = format!(
            "{}:{}",
            body["UserName"].as_str().unwrap(),
            body["Password"].as_str().unwrap()
        );
        if Some(&login) != self.login.as_ref() {
            return error(401, &format!("user or password calvin or {login} is wrong"));
        }
        self.logins += 1;
        let token = format!("token-{}", self.logins);
        self.tokens.insert(token.clone());
        let location = format!("https://name-inside.example{SESSIONS}/{}", self.logins);
        (
            201,
            vec![("X-Auth-Token", token), ("Location", location)],
            b"{}".to_vec(),
        )
    }

    fn read(&self, path: &str) -> Canned {
        match self.documents.get(path) {
            Some(document) => {
                let mut answer = canned(200, document.clone());
                if let Some((etag, _)) = self.etag.as_ref().filter(|_| path == SYSTEM) {
                    answer.1.push(("ETag", etag.clone()));
                }
                answer
            }
            None => error(404, "no such resource"),
        }
    }

    fn reset(&mut self, reset_type: &str) -> Canned {
        if !self.lies {
            let state = if matches!(reset_type, "ForceOff" | "GracefulShutdown") {
                "Off"
            } else {
                "On"
            };
            self.documents.get_mut(SYSTEM).unwrap()["PowerState"] = json!(state);
        }
        (StatusCode::NO_CONTENT.as_u16(), Vec::new(), Vec::new())
    }

    fn patch(&mut self, seen: &Seen) -> Canned {
        if let (Some((_, accepted)), Some(sent)) = (&self.etag, &seen.if_match)
            && sent != accepted
        {
            return error(412, "precondition failed");
        }
        if !self.lies {
            let boot = &mut self.documents.get_mut(SYSTEM).unwrap()["Boot"];
            for (key, value) in seen.body["Boot"].as_object().unwrap() {
                boot[key] = value.clone();
            }
        }
        (200, Vec::new(), b"{}".to_vec())
    }
}
