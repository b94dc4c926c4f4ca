//! The inside of one machine: its truth, its faults, and the one task that lives its present life. A life ends with power or a restart;
//! what belongs to an ended life can change nothing any more.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::agent::Agent;
use super::bmc::Sessions;
use super::dice::Dice;
use super::fault::Faults;
use super::guard::lock;
use super::machine::Machine;
use super::truth::Truth;
use super::world::World;

/// The life that asked is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Over;

/// What a machine does in one life.
pub(super) type Course = Pin<Box<dyn Future<Output = Result<(), Over>> + Send>>;

/// One machine.
pub(super) struct Board {
    pub machine: Machine,
    pub world: Arc<World>,
    pub faults: Faults,
    pub sessions: Mutex<Sessions>,
    dice: Dice,
    truth: watch::Sender<Truth>,
    life: Mutex<Life>,
}

#[derive(Default)]
struct Life {
    task: Option<AbortHandle>,
    agent: Option<Arc<Agent>>,
    closed: bool,
}

impl Board {
    pub fn new(machine: Machine, world: Arc<World>, faults: Faults) -> Self {
        Self {
            dice: Dice::new(world.options.seed, machine.index),
            machine,
            world,
            faults,
            sessions: Mutex::default(),
            truth: watch::Sender::default(),
            life: Mutex::default(),
        }
    }

    pub fn truth(&self) -> Truth {
        self.truth.borrow().clone()
    }

    pub fn watch(&self) -> watch::Receiver<Truth> {
        self.truth.subscribe()
    }

    /// Ends the present life and begins another one.
    pub fn begin(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Truth),
        course: impl FnOnce(Arc<Self>, u64) -> Course,
    ) {
        let mut life = lock(&self.life);
        if life.closed {
            return;
        }
        if let Some(task) = life.task.take() {
            task.abort();
        }
        life.agent = None;
        let mut number = 0;
        self.truth.send_modify(|truth| {
            truth.life += 1;
            number = truth.life;
            change(truth);
        });
        life.task = Some(tokio::spawn(course(Arc::clone(self), number)).abort_handle());
    }

    /// Changes the truth on behalf of a life, if it is not over.
    pub fn update<T>(&self, life: u64, change: impl FnOnce(&mut Truth) -> T) -> Result<T, Over> {
        let mut done = Err(Over);
        self.truth.send_if_modified(|truth| {
            if truth.life != life {
                return false;
            }
            done = Ok(change(truth));
            true
        });
        done
    }

    /// Changes what does not belong to a life: the BMC's settings.
    pub fn configure<T>(&self, change: impl FnOnce(&mut Truth) -> T) -> T {
        let mut done = None;
        self.truth.send_modify(|truth| done = Some(change(truth)));
        // The closure above runs exactly once.
        done.unwrap_or_else(|| unreachable!("a watch runs its change"))
    }

    /// The agent that runs now.
    pub fn agent(&self) -> Option<Arc<Agent>> {
        lock(&self.life).agent.clone()
    }

    /// Puts an agent into this life.
    pub fn install_agent(&self, number: u64, agent: Option<Arc<Agent>>) -> Result<(), Over> {
        let mut life = lock(&self.life);
        if self.truth.borrow().life != number {
            return Err(Over);
        }
        life.agent = agent;
        Ok(())
    }

    /// Lets about this much time pass.
    pub async fn pass(&self, duration: Duration) {
        tokio::time::sleep(self.dice.around(duration)).await;
    }

    /// Ends all lives for good.
    pub fn close(&self) {
        let mut life = lock(&self.life);
        life.closed = true;
        life.agent = None;
        if let Some(task) = life.task.take() {
            task.abort();
        }
        self.truth.send_modify(|truth| truth.life += 1);
    }
}
