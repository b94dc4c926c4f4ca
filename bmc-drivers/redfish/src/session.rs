//! Logging in and out. One session per BMC and user, found again by all calls; basic authentication only where no session
//! can be had, and never once a session worked (a BMC that lost its session is asked for a new one, not offered the password
//! with every request).

use bmc_core::{AuthMode, BmcError, Secret, Target};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    connection::Bmc,
    http::{Answer, Authorisation, Call},
    retry,
};

const DOING: &str = "log in";

/// What is known of the login.
#[derive(Default)]
pub(crate) struct Login {
    state: State,
    /// Counts logins, so that of several calls that met the same dead session only the first logs in again.
    round: u64,
    session_worked: bool,
}

#[derive(Default)]
enum State {
    #[default]
    Out,
    Basic,
    Session {
        token: Secret,
        path: Option<String>,
    },
}

impl Login {
    /// How to sign a request, if logged in.
    fn signature(&self, username: &str, password: &Secret) -> Option<(Authorisation, u64)> {
        let who = match &self.state {
            State::Out => return None,
            State::Session { token, .. } => Authorisation::Token(token.clone()),
            State::Basic => Authorisation::Basic {
                username: username.to_owned(),
                password: password.clone(),
            },
        };
        Some((who, self.round))
    }
}

impl Bmc {
    /// How to sign the next request, and the round it belongs to. Logs in if need be.
    pub(crate) async fn authorise(&self) -> Result<(Authorisation, u64), BmcError> {
        let target = self.target();
        let Some(username) = target.username.clone() else {
            return Ok((Authorisation::Nobody, 0));
        };
        let Some(password) = target.password.clone() else {
            let reason = format!("user {username:?} has no password");
            return Err(BmcError::Misconfigured {
                key: "redfish_password",
                reason,
            });
        };
        if let Some(signed) = self.login.lock().await.signature(&username, &password) {
            return Ok(signed);
        }
        // In a task of its own: a caller that gives up halfway must not leave a session on the BMC that nobody knows.
        let me = self.myself()?;
        let login = tokio::spawn(async move { me.sign_in(username, password).await });
        login.await.map_err(|error| BmcError::Internal {
            doing: DOING,
            reason: error.to_string(),
        })?
    }

    async fn sign_in(
        &self,
        username: String,
        password: Secret,
    ) -> Result<(Authorisation, u64), BmcError> {
        let mut login = self.login.lock().await;
        if matches!(login.state, State::Out) {
            login.state = self
                .log_in(self.target(), &username, &password, login.session_worked)
                .await?;
            login.round += 1;
            login.session_worked |= matches!(login.state, State::Session { .. });
        }
        let signed = login.signature(&username, &password);
        Ok(signed.unwrap_or((Authorisation::Nobody, login.round)))
    }

    /// A request of this round was not accepted. Answers whether logging in again is worth a try.
    pub(crate) async fn not_accepted(&self, round: u64, known_dead: bool) -> bool {
        let mut login = self.login.lock().await;
        if login.round != round {
            return !matches!(login.state, State::Basic);
        }
        match std::mem::take(&mut login.state) {
            State::Session { token, path } => {
                if !known_dead {
                    self.log_out(&token, path.as_deref()).await;
                }
                self.forget_knowledge();
                true
            }
            State::Basic if !known_dead => {
                login.state = State::Basic;
                false
            }
            _ => false,
        }
    }

    /// Logs out, if logged in. Failure is not told: there is nothing to do about it, the BMC's own timeout remains.
    pub(crate) async fn close(&self) {
        let mut login = self.login.lock().await;
        if let State::Session { token, path } = std::mem::take(&mut login.state) {
            self.log_out(&token, path.as_deref()).await;
        }
    }

    async fn log_out(&self, token: &Secret, path: Option<&str>) {
        let Some(path) = path else { return };
        let call = Call {
            method: Method::DELETE,
            path,
            body: None,
            if_match: None,
            doing: "log out",
        };
        let who = Authorisation::Token(token.clone());
        if let Err(error) = self.wire.exchange(self.target(), &call, &who).await {
            tracing::debug!(bmc = %self.target().address, %error, "the BMC session was not closed");
        }
    }

    async fn log_in(
        &self,
        target: &Target,
        username: &str,
        password: &Secret,
        session_worked: bool,
    ) -> Result<State, BmcError> {
        if target.auth == AuthMode::Basic {
            return Ok(State::Basic);
        }
        let fall_back = target.auth == AuthMode::Auto && !session_worked;
        let path = self.sessions_path().await?;
        let body = json!({"UserName": username, "Password": password.expose()});
        let call = Call::post(&path, &body, DOING);
        let answer = match self.persistently(&call, &Authorisation::Nobody).await {
            Ok(answer) => answer,
            Err(BmcError::Redirected { .. } | BmcError::Malformed { .. }) if fall_back => {
                return Ok(State::Basic);
            }
            Err(error) => return Err(error),
        };
        match &answer.token {
            Some(token) if answer.status.is_success() => {
                let path = session_path(&answer);
                if path.is_none() {
                    tracing::warn!(bmc = %target.address, "the BMC does not say where its session is: it cannot be logged out");
                }
                Ok(State::Session {
                    token: token.clone(),
                    path,
                })
            }
            _ if fall_back => {
                tracing::debug!(bmc = %target.address, status = answer.status.as_u16(), "no session: basic authentication");
                Ok(State::Basic)
            }
            _ => Err(no_session(target, &call, &answer)),
        }
    }

    /// Where sessions are made: what the root says (read without logging in), else the usual place.
    async fn sessions_path(&self) -> Result<String, BmcError> {
        let root = self.root_path();
        let call = Call::get(&root, "read the service root");
        let answer = self.persistently(&call, &Authorisation::Nobody).await;
        let document = match answer {
            Ok(answer) if answer.status.is_success() => answer
                .json(self.target(), call.doing)
                .unwrap_or(Value::Null),
            Ok(_) | Err(BmcError::Malformed { .. }) => Value::Null,
            Err(error) => return Err(error),
        };
        let told = document
            .pointer("/Links/Sessions/@odata.id")
            .and_then(Value::as_str);
        let told = told.filter(|path| path.starts_with('/')).map(str::to_owned);
        Ok(told
            .unwrap_or_else(|| format!("{}/SessionService/Sessions", root.trim_end_matches('/'))))
    }
}

/// The new session's path: from Location (whose host may be a name that only the BMC knows: it is not used), else the body.
fn session_path(answer: &Answer) -> Option<String> {
    let path_of = |text: &str| {
        if text.starts_with('/') {
            return Some(text.to_owned());
        }
        reqwest::Url::parse(text)
            .ok()
            .map(|url| url.path().to_owned())
    };
    let from_body = || {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        path_of(body.get("@odata.id")?.as_str()?)
    };
    answer
        .location
        .as_deref()
        .and_then(path_of)
        .or_else(from_body)
}

fn no_session(target: &Target, call: &Call<'_>, answer: &Answer) -> BmcError {
    let malformed = |reason: &str| crate::http::malformed(target, DOING, reason);
    match answer.status.as_u16() {
        200..=299 => malformed("it made a session and gave no token"),
        403 => BmcError::WrongCredentials {
            address: target.address.clone(),
            username: target.username.clone().unwrap_or_default(),
        },
        404 | 405 => BmcError::Unsupported {
            what: "sessions".to_owned(),
            allowed: vec!["redfish_auth_type basic or auto".to_owned()],
        },
        _ => retry::refusal(target, call, answer),
    }
}
