//! A story: verbs and the states they lead to, told to an engine that may be killed on the way. A verb that was accepted is never said
//! again: the engine must get there by itself.

use super::{Ended, EngineProcess, EngineSpec};
use anyhow::{Context, Result, bail};
use api_types::ProvisionBody;
use client::{Client, ClientError, Connection, RetryPolicy};
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(90);

/// One step of a story.
pub struct Chapter {
    /// What is asked.
    pub order: ProvisionBody,
    /// Where it leads.
    pub goal: &'static str,
}

impl Chapter {
    /// A verb without arguments.
    pub fn new(verb: &str, goal: &'static str) -> Self {
        Self {
            order: ProvisionBody {
                target: verb.to_owned(),
                ..ProvisionBody::default()
            },
            goal,
        }
    }
}

/// An engine under test: killed at most once, started again at once.
pub struct Teller {
    spec: EngineSpec,
    engine: Option<EngineProcess>,
    /// How often it was killed.
    pub kills: u32,
    /// The boundaries that were passed, in order.
    pub boundaries: Vec<String>,
}

impl Teller {
    /// Starts the engine.
    pub fn new(spec: EngineSpec) -> Result<Self> {
        let mut teller = Self {
            spec,
            engine: None,
            kills: 0,
            boundaries: Vec::new(),
        };
        teller.ensure()?;
        Ok(teller)
    }

    /// The engine's client; a killed engine is started again first, this time to live.
    pub fn client(&mut self) -> Result<Client> {
        self.ensure()?;
        let engine = self.engine.as_ref().context("no engine")?;
        let mut connection = Connection::to(format!("http://{}", engine.address));
        connection.retry = RetryPolicy {
            tries: 1,
            ..RetryPolicy::default()
        };
        connection.timeout = Duration::from_secs(20);
        Ok(Client::new(&connection)?)
    }

    fn ensure(&mut self) -> Result<()> {
        if let Some(engine) = self.engine.as_mut() {
            self.boundaries.extend(engine.boundaries());
            if engine.runs() {
                return Ok(());
            }
        }
        if let Some(dead) = self.engine.take() {
            self.boundaries.extend(dead.boundaries());
            self.note_death(dead.ended()?)?;
        }
        loop {
            match EngineProcess::start(&self.spec)? {
                Ok(engine) => {
                    self.engine = Some(engine);
                    return Ok(());
                }
                // Killed while it took up earlier work, before it listened.
                Err(ended) => self.note_death(ended)?,
            }
        }
    }

    fn note_death(&mut self, ended: Ended) -> Result<()> {
        if ended != Ended::Killed || self.kills > 0 {
            bail!("the engine ended: {ended:?}");
        }
        self.kills += 1;
        self.spec.kill_at = 0;
        Ok(())
    }

    /// Does something with the client, again and again while the engine is away.
    pub async fn ask<T>(
        &mut self,
        mut what: impl AsyncFnMut(&Client) -> Result<T, ClientError>,
    ) -> Result<T> {
        let began = Instant::now();
        loop {
            let client = self.client()?;
            match what(&client).await {
                Ok(answer) => return Ok(answer),
                Err(error)
                    if error.kind() == client::ErrorKind::Unreachable
                        && began.elapsed() < PATIENCE =>
                {
                    tokio::time::sleep(LOOK).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Tells a chapter: says the verb once, then waits for the goal.
    pub async fn tell(&mut self, node: &str, chapter: &Chapter) -> Result<()> {
        let began = Instant::now();
        let mut accepted = false;
        loop {
            let states = self.ask(async |client| client.states(node).await).await?;
            let state = states.provision_state.clone().unwrap_or_default();
            // A verb may lead back to where it began: it must have been said.
            if accepted && state == chapter.goal && states.target_provision_state.is_none() {
                return Ok(());
            }
            if state.ends_with("failed") || state == "error" {
                bail!("{node} is in '{state}': {:?}", states.last_error);
            }
            if !accepted {
                accepted = self.say(node, chapter, &state).await?;
            }
            if began.elapsed() > PATIENCE {
                bail!(
                    "{node} stays in '{state}' instead of reaching '{}'",
                    chapter.goal
                );
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Says the verb; whether it is known to have been accepted. An answer that never came says nothing: the state tells.
    async fn say(&mut self, node: &str, chapter: &Chapter, before: &str) -> Result<bool> {
        let client = self.client()?;
        match client.provision(node, &chapter.order).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == client::ErrorKind::Unreachable => {
                let states = self.ask(async |client| client.states(node).await).await?;
                Ok(states.provision_state.as_deref() != Some(before))
            }
            Err(error) => Err(error).context(format!(
                "'{}' of {node} in '{before}'",
                chapter.order.target
            )),
        }
    }

    /// Stops the engine in order.
    pub fn stop(mut self) -> Result<()> {
        self.ensure()?;
        self.engine.take().context("no engine")?.stop()
    }
}
