//! One BMC as one user: requests that log in, repeat what may be repeated, and turn refusals into errors. What is learnt of
//! the BMC (root, system paths, quirks) is kept here until it proves wrong.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use bmc_core::{BmcError, SessionKey, Target};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    http::{Answer, Authorisation, Call, Wire, malformed},
    lane::Lane,
    resources::ServiceRoot,
    retry,
    session::Login,
    vendors::Profile,
};

/// A resource as it was read.
pub(crate) struct Resource<T> {
    pub path: String,
    pub etag: Option<String>,
    pub value: T,
}

/// What was learnt and may be forgotten at any time.
#[derive(Default)]
pub(crate) struct Knowledge {
    pub root: Option<Arc<ServiceRoot>>,
    /// system_id as configured, to its path.
    pub system_paths: HashMap<Option<String>, String>,
    /// System path, to the UUID it had and the profile that was chosen.
    pub profiles: HashMap<String, (Option<String>, &'static Profile)>,
}

/// A BMC and a user on it.
pub(crate) struct Bmc {
    me: Weak<Self>,
    key: SessionKey,
    pub wire: Arc<Wire>,
    pub lane: Arc<Lane>,
    pub login: AsyncMutex<Login>,
    knowledge: Mutex<Knowledge>,
}

impl Bmc {
    pub(crate) fn new(key: SessionKey, wire: Arc<Wire>, lane: Arc<Lane>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            key,
            wire,
            lane,
            login: AsyncMutex::default(),
            knowledge: Mutex::default(),
        })
    }

    /// This connection, for a task that outlives its caller.
    pub(crate) fn myself(&self) -> Result<Arc<Self>, BmcError> {
        let gone = || BmcError::Internal {
            doing: "keep a connection",
            reason: "it is gone while in use".to_owned(),
        };
        self.me.upgrade().ok_or_else(gone)
    }

    /// The BMC as configured, without a system.
    pub(crate) fn target(&self) -> &Target {
        self.key.target()
    }

    /// The path of the service root.
    pub(crate) fn root_path(&self) -> String {
        format!("{}/", self.target().address.path().unwrap_or("/redfish/v1"))
    }

    pub(crate) fn known<T>(&self, look: impl FnOnce(&mut Knowledge) -> T) -> T {
        look(
            &mut self
                .knowledge
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// The BMC may be another one now (its session died: it was reset, replaced or updated).
    pub(crate) fn forget_knowledge(&self) {
        self.known(|knowledge| *knowledge = Knowledge::default());
    }

    /// Reads a resource.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        doing: &str,
    ) -> Result<Resource<T>, BmcError> {
        let call = Call::get(path, doing);
        let answer = self.accepted(&call).await?;
        let document = answer.json(self.target(), doing)?;
        if !document.is_object() {
            return Err(malformed(self.target(), doing, "it is no JSON object"));
        }
        let value = serde_json::from_value(document).map_err(|_| {
            malformed(
                self.target(),
                doing,
                "it is not the resource that was asked for",
            )
        })?;
        Ok(Resource {
            path: path.to_owned(),
            etag: answer.etag,
            value,
        })
    }

    /// Reads a resource that a BMC may well not have: whatever is wrong with the resource itself counts as absent.
    pub(crate) async fn get_optional<T: DeserializeOwned>(
        &self,
        path: &str,
        doing: &str,
    ) -> Result<Option<Resource<T>>, BmcError> {
        match self.get(path, doing).await {
            Ok(resource) => Ok(Some(resource)),
            Err(
                error @ (BmcError::NotFound { .. }
                | BmcError::Rejected { .. }
                | BmcError::Unsupported { .. }
                | BmcError::Forbidden { .. }
                | BmcError::Fault { .. }
                | BmcError::Malformed { .. }),
            ) => {
                tracing::debug!(bmc = %self.target().address, %error, "left out");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Orders an action.
    pub(crate) async fn post(&self, path: &str, body: &Value, doing: &str) -> Result<(), BmcError> {
        self.accepted(&Call::post(path, body, doing))
            .await
            .map(drop)
    }

    /// Changes a resource, guarded by its ETag as far as the BMC can keep its own: as given, then strong instead of weak, then
    /// without (several BMCs give ETags that they do not accept).
    pub(crate) async fn patch(
        &self,
        path: &str,
        body: &Value,
        etag: Option<&str>,
        doing: &str,
    ) -> Result<(), BmcError> {
        let strong = etag.and_then(|etag| etag.strip_prefix("W/"));
        let rungs = [etag, strong].into_iter().flatten().map(Some).chain([None]);
        let mut last = None;
        for rung in rungs {
            let call = Call::patch(path, body, rung, doing);
            let answer = self.signed(&call).await?;
            if answer.status.is_success() {
                return Ok(());
            }
            let error = retry::refusal(self.target(), &call, &answer);
            if answer.status != StatusCode::PRECONDITION_FAILED {
                return Err(error);
            }
            last = Some(error);
        }
        Err(last
            .unwrap_or_else(|| malformed(self.target(), doing, "it refuses every precondition")))
    }

    async fn accepted(&self, call: &Call<'_>) -> Result<Answer, BmcError> {
        let answer = self.signed(call).await?;
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(retry::refusal(self.target(), call, &answer))
        }
    }

    /// Asks as the user; a session that died is renewed once and the request made again (it was not carried out).
    async fn signed(&self, call: &Call<'_>) -> Result<Answer, BmcError> {
        let (who, round) = self.authorise().await?;
        let answer = self.persistently(call, &who).await?;
        let refused = matches!(
            answer.status,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        );
        if !refused
            || !self
                .not_accepted(round, answer.status == StatusCode::UNAUTHORIZED)
                .await
        {
            return Ok(answer);
        }
        let (who, _) = self.authorise().await?;
        self.persistently(call, &who).await
    }

    /// Asks, and asks again where that is allowed and may help.
    pub(crate) async fn persistently(
        &self,
        call: &Call<'_>,
        who: &Authorisation,
    ) -> Result<Answer, BmcError> {
        let options = &self.wire.options;
        let mut left = options.retries;
        loop {
            let outcome = self.once(call, who).await;
            let pause = retry::pause(call, &outcome, options).filter(|_| left > 0);
            let Some(pause) = pause else { return outcome };
            tracing::debug!(bmc = %self.target().address, doing = call.doing, left, "trying again");
            left -= 1;
            options.pace.sleep(pause).await;
        }
    }

    async fn once(&self, call: &Call<'_>, who: &Authorisation) -> Result<Answer, BmcError> {
        let _slot = self
            .lane
            .requests
            .acquire()
            .await
            .map_err(|error| BmcError::Internal {
                doing: "queue a request",
                reason: error.to_string(),
            })?;
        self.wire.exchange(self.target(), call, who).await
    }
}
