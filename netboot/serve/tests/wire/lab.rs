//! Two network namespaces with a cable between them: the service's and the client's. The test runs itself again inside the first one.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use model::Timestamp;
use model::boot::{BootOrder, BootWhat};
use model::mac::MacAddress;
use netboot_core::site::{
    BootPrograms, DhcpMode, LeaseCaps, Network, Site, Subnet, UnknownMachines,
};
use netboot_serve::{ArtefactMap, Config, Surroundings};
use ports::clock::{Clock, Entropy};
use ports::netboot::{
    BootAlarm, BootDirectory, BootLookupError, Lease, LeaseStore, LeaseStoreError,
};

pub const SERVER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
pub const CLIENT_MAC: MacAddress = MacAddress::new([0x52, 0x54, 0, 0, 0x77, 1]);
const INSIDE: &str = "HAMMERSCALE_WIRE_CLIENT_NAMESPACE";

/// Runs `body` inside fresh namespaces; skips loudly where they cannot be made.
pub fn in_namespaces<F: Future<Output = ()>>(test: &str, body: impl FnOnce(Lab) -> F) {
    if let Ok(client) = std::env::var(INSIDE) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        return runtime.block_on(body(Lab::new(client)));
    }
    let Some(spaces) = Namespaces::make(test) else {
        eprintln!("SKIPPED {test}: it needs root, ip, busybox and curl");
        return;
    };
    let this = std::env::current_exe().unwrap();
    let status = Command::new("ip")
        .args(["netns", "exec", &spaces.server])
        .arg(this)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, &spaces.client)
        .status()
        .unwrap();
    assert!(status.success(), "{test} failed inside its namespace");
}

struct Namespaces {
    server: String,
    client: String,
}

fn ip(arguments: &str) -> bool {
    let quiet = Command::new("ip")
        .args(arguments.split(' '))
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|s| s.success())
}

impl Namespaces {
    fn make(test: &str) -> Option<Self> {
        let tools = ["busybox", "curl"]
            .iter()
            .all(|t| Command::new(t).arg("--help").output().is_ok());
        let short: String = test.split('_').filter_map(|w| w.chars().next()).collect();
        let name = format!("hs{}{short}", std::process::id());
        let spaces = Self {
            server: format!("{name}s"),
            client: format!("{name}c"),
        };
        let (s, c) = (&spaces.server, &spaces.client);
        let made = tools
            && ip(&format!("netns add {s}"))
            && ip(&format!("netns add {c}"))
            && ip(&format!("-n {s} link set lo up"))
            && ip(&format!(
                "-n {s} link add srv0 type veth peer name cli0 netns {c}"
            ))
            && ip(&format!("-n {s} addr add {SERVER}/24 dev srv0"))
            && ip(&format!("-n {c} link set cli0 address {CLIENT_MAC}"))
            && ip(&format!("-n {s} link set srv0 up"))
            && ip(&format!("-n {c} link set cli0 up"));
        made.then_some(spaces)
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        ip(&format!("netns del {}", self.server));
        ip(&format!("netns del {}", self.client));
    }
}

/// A program that ends with its test, also when the test fails.
pub struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        // `ip netns exec` becomes the program, so this is the program's own id.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The inside of the first namespace.
#[derive(Clone)]
pub struct Lab {
    client_space: String,
    folder: Arc<tempfile::TempDir>,
    engine: Arc<Engine>,
    pub artefacts: Arc<ArtefactMap>,
}

impl Lab {
    fn new(client_space: String) -> Self {
        let what = BootWhat::Ramdisk {
            kernel: "kernel".parse().unwrap(),
            initrd: "initrd".parse().unwrap(),
            args: "console=ttyS0".parse().unwrap(),
        };
        let order = BootOrder {
            node: uuid::Uuid::nil(),
            what,
        };
        let engine = Engine {
            orders: Mutex::new(BTreeMap::from([(CLIENT_MAC, order)])),
            ..Engine::default()
        };
        Self {
            client_space,
            folder: Arc::new(tempfile::tempdir().unwrap()),
            engine: Arc::new(engine),
            artefacts: Arc::default(),
        }
    }

    pub fn config(&self, mode: DhcpMode) -> Config {
        let network = Network {
            subnet: Subnet::new(SERVER, 24).unwrap(),
            first: Ipv4Addr::new(10, 77, 0, 100),
            last: Ipv4Addr::new(10, 77, 0, 199),
            routers: vec![],
            dns: vec![],
            mtu: None,
        };
        let mut config = Config::new(Site {
            server: SERVER,
            mode,
            networks: vec![network],
            reservations: BTreeMap::new(),
            excluded: Default::default(),
            relays: Default::default(),
            unknown: UnknownMachines::Ignore,
            lease_time: Duration::from_secs(3600),
            caps: LeaseCaps {
                total: 100,
                per_relay_port: 4,
            },
            programs: BootPrograms {
                uefi_x64: "snponly.efi".parse().ok(),
                uefi_arm64: None,
                bios: None,
            },
            http_port: 8080,
        });
        config.probe_wait = Duration::from_secs(1);
        config
    }

    pub fn surroundings(&self) -> Surroundings {
        Surroundings {
            directory: Arc::clone(&self.engine) as _,
            leases: Arc::clone(&self.engine) as _,
            artefacts: Arc::clone(&self.artefacts) as _,
            clock: Arc::clone(&self.engine) as _,
            entropy: Arc::clone(&self.engine) as _,
        }
    }

    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        use std::os::unix::fs::OpenOptionsExt;
        let path = self.folder.path().join(name);
        let mut file = std::fs::File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o755)
            .open(&path)
            .unwrap();
        file.write_all(content).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.client_space])
            .args(arguments);
        command
    }

    /// What a program in the client's namespace writes to its output.
    pub fn client_bytes(&self, arguments: &[&str]) -> Vec<u8> {
        let out = self.command(arguments).output().unwrap();
        std::io::stderr().write_all(&out.stderr).unwrap();
        out.stdout
    }

    pub fn client(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.client_bytes(arguments)).unwrap()
    }

    /// A program in the client's namespace that runs until the guard is dropped.
    pub fn spawn_client(&self, arguments: &[&str]) -> Background {
        let mut command = self.command(arguments);
        Background(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }

    /// Runs something that waits for a client away from the service's threads.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Lab) -> T + Send + 'static) -> T {
        let lab = self.clone();
        tokio::task::spawn_blocking(move || work(&lab))
            .await
            .unwrap()
    }

    /// Asks again until the answer holds `wanted`, or the time is over; the last answer.
    pub async fn until(
        &self,
        most: Duration,
        ask: impl Fn(&Lab) -> String + Send + Copy + 'static,
        wanted: &'static str,
    ) -> String {
        let end = tokio::time::Instant::now() + most;
        loop {
            let answer = self.run(ask).await;
            if answer.contains(wanted) || tokio::time::Instant::now() > end {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Runs a test marked as ignored in the client's namespace; its output.
    pub async fn as_client(&self, test: &'static str) -> String {
        self.run(move |lab| {
            let this = std::env::current_exe().unwrap();
            lab.client(&[
                this.to_str().unwrap(),
                "--ignored",
                "--exact",
                test,
                "--nocapture",
            ])
        })
        .await
    }

    pub fn forget_the_client(&self) {
        self.engine.orders.lock().unwrap().clear();
    }

    pub fn stored_address(&self) -> Option<Ipv4Addr> {
        self.engine
            .leases
            .lock()
            .unwrap()
            .get(&CLIENT_MAC)
            .map(|l| l.address)
    }

    pub fn alarms(&self) -> Vec<BootAlarm> {
        self.engine.alarms.lock().unwrap().clone()
    }
}

/// A discover of UEFI firmware whose client already has the address 10.77.0.2, so that the answer comes to it.
pub fn proxy_question() -> Vec<u8> {
    let mut bytes = vec![0; 236];
    bytes[..3].copy_from_slice(&[1, 1, 6]);
    bytes[12..16].copy_from_slice(&[10, 77, 0, 2]);
    bytes[28..34].copy_from_slice(&CLIENT_MAC.octets());
    bytes.extend([99, 130, 83, 99, 53, 1, 1, 93, 2, 0, 7, 60, 9]);
    bytes.extend(b"PXEClient\xff");
    bytes
}

/// The engine's side, in memory.
#[derive(Default)]
struct Engine {
    orders: Mutex<BTreeMap<MacAddress, BootOrder>>,
    leases: Mutex<BTreeMap<MacAddress, Lease>>,
    alarms: Mutex<Vec<BootAlarm>>,
}

#[async_trait]
impl BootDirectory for Engine {
    async fn order_for(&self, mac: MacAddress) -> Result<Option<BootOrder>, BootLookupError> {
        Ok(self.orders.lock().unwrap().get(&mac).cloned())
    }

    async fn identity_for(
        &self,
        mac: MacAddress,
        from: IpAddr,
    ) -> Result<Option<Vec<u8>>, BootLookupError> {
        Ok(Some(format!("identity of {mac} at {from}").into_bytes()))
    }

    async fn alarm(&self, alarm: BootAlarm) {
        self.alarms.lock().unwrap().push(alarm);
    }
}

#[async_trait]
impl LeaseStore for Engine {
    async fn leases(&self) -> Result<Vec<Lease>, LeaseStoreError> {
        Ok(self.leases.lock().unwrap().values().cloned().collect())
    }

    async fn put(&self, lease: &Lease) -> Result<(), LeaseStoreError> {
        self.leases.lock().unwrap().insert(lease.mac, lease.clone());
        Ok(())
    }

    async fn remove(&self, mac: MacAddress) -> Result<(), LeaseStoreError> {
        self.leases.lock().unwrap().remove(&mac);
        Ok(())
    }
}

#[async_trait]
impl Clock for Engine {
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }

    async fn sleep_until(&self, _: Timestamp) {}
}

impl Entropy for Engine {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        bytes
    }
}
