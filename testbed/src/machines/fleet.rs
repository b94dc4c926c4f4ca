//! A fleet of machines in this process: two listeners, one task for each machine that does something.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::board::Board;
use super::certificate::{self, CertificateError};
use super::fault::{Fault, Faults};
use super::machine::Machine;
use super::options::FleetOptions;
use super::power::ResetType;
use super::truth::Truth;
use super::world::World;
use super::{agent, bmc, listener};

/// MAC addresses count machines in 24 bits.
const MOST: usize = 1 << 24;

/// Why a fleet did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// More machines than there are addresses for.
    #[error("a fleet has at most {MOST} machines, not {0}")]
    TooMany(usize),
    /// A listener could not be opened.
    #[error("listening at 127.0.0.1:{port} for the {whom}")]
    Listen {
        /// `BMCs` or `agents`.
        whom: &'static str,
        /// Its port.
        port: u16,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The agents have no certificate.
    #[error("preparing the agents' TLS")]
    Certificate(#[from] CertificateError),
}

/// A running fleet. Dropping it stops it.
pub struct Fleet {
    boards: Arc<[Arc<Board>]>,
    world: Arc<World>,
    bmc_address: SocketAddr,
    listeners: [AbortHandle; 2],
}

impl Fleet {
    /// Starts it on the caller's runtime: all machines are off, their disks blank.
    pub async fn start(options: FleetOptions) -> Result<Self, StartError> {
        if options.count > MOST {
            return Err(StartError::TooMany(options.count));
        }
        let (bmc, bmc_address) = listen("BMCs", options.bmc_port).await?;
        let (agents, agent_address) = listen("agents", options.agent_port).await?;
        let (pem, tls) = certificate::make()?;
        let world = World::new(options, agent_address, pem);
        let board = |index| {
            let machine = Machine::new(index, world.options.seed, bmc_address);
            Arc::new(Board::new(
                machine,
                Arc::clone(&world),
                planned(&world.options, index),
            ))
        };
        let boards: Arc<[_]> = (0..world.options.count).map(board).collect();
        let (bmcs, runs) = (Arc::clone(&boards), Arc::clone(&boards));
        let bmc = listener::serve(bmc, None, move |request| bmc::answer(bmcs.clone(), request));
        let agents = listener::serve(agents, Some(tls), move |request| {
            agent::answer(runs.clone(), request)
        });
        let listeners = [
            tokio::spawn(bmc).abort_handle(),
            tokio::spawn(agents).abort_handle(),
        ];
        Ok(Self {
            boards,
            world,
            bmc_address,
            listeners,
        })
    }

    /// How many machines it has.
    pub fn len(&self) -> usize {
        self.boards.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.boards.is_empty()
    }

    /// Tells where machines boot from: the base URL of the daemon's boot listener, `http://127.0.0.1:8080`. It may change at any time.
    pub fn set_boot_listener(&self, url: &str) {
        self.world.set_boot_listener(url);
    }

    /// Where all BMCs listen.
    pub fn bmc_address(&self) -> SocketAddr {
        self.bmc_address
    }

    /// Where all agents listen.
    pub fn agent_address(&self) -> SocketAddr {
        self.world.agents
    }

    /// A machine as its administrator knows it. Panics beyond [`Fleet::len`], as all methods with an index do.
    pub fn machine(&self, index: usize) -> &Machine {
        &self.boards[index].machine
    }

    /// All machines.
    pub fn machines(&self) -> impl Iterator<Item = &Machine> {
        self.boards.iter().map(|board| &board.machine)
    }

    /// What is really the case with a machine.
    pub fn truth(&self, index: usize) -> Truth {
        self.boards[index].truth()
    }

    /// Waits until the truth is so, and returns it. Deadlines are the caller's business.
    pub async fn wait(&self, index: usize, mut predicate: impl FnMut(&Truth) -> bool) -> Truth {
        let mut watch = self.boards[index].watch();
        match watch.wait_for(|truth| predicate(truth)).await {
            Ok(truth) => truth.clone(),
            // The other end lives in this fleet, which is borrowed.
            Err(_) => self.truth(index),
        }
    }

    /// Makes a fault happen from now on.
    pub fn inject(&self, index: usize, fault: Fault) {
        self.boards[index].faults.set(fault);
    }

    /// Ends all faults of a machine.
    pub fn clear_faults(&self, index: usize) {
        self.boards[index].faults.clear();
    }

    /// Somebody stands before the machine and acts, past its BMC. The error says why that is not possible now.
    pub fn by_hand(&self, index: usize, order: ResetType) -> Result<(), &'static str> {
        self.boards[index].reset(order)
    }

    /// Ends all machines and listeners. What they had open is cut off.
    pub fn stop(&self) {
        for listener in &self.listeners {
            listener.abort();
        }
        for board in self.boards.iter() {
            board.close();
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn listen(whom: &'static str, port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { whom, port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn planned(options: &FleetOptions, index: usize) -> Faults {
    let faults = Faults::default();
    for (plan, planned) in options.faults.iter().enumerate() {
        if planned.machines.has(options.seed, plan, index) {
            faults.set(planned.fault.clone());
        }
    }
    faults
}
