//! `fake-hardware`: a machine that exists in memory only. For trying the engine out, and for tests.

mod delays;
mod lights;
mod vendor;

pub use delays::{DelayRange, FakeDelays};

use super::{HardwareType, Lights, Machine, VendorInterface, interfaces};
use async_trait::async_trait;
use bmc_core::{
    BmcError, BootDevice, BootDeviceKind, BootManners, BootOverride, BootRequest, Driver, Identity,
    Persistence, Power, PowerAction, PowerState, Target,
};
use model::{InterfaceKind as K, Node, Object, Refusal, RefusalKind};
use ports::hardware::HardwareDescription;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The `fake-hardware` type.
#[derive(Default)]
pub struct FakeHardware {
    driver: Arc<FakeDriver>,
}

impl FakeHardware {
    /// With pretended work that takes its time.
    pub fn with_delays(delays: FakeDelays) -> Self {
        Self {
            driver: Arc::new(FakeDriver {
                delays: Some(delays),
                ..FakeDriver::default()
            }),
        }
    }
}

#[derive(Clone)]
struct FakeMachine {
    on: bool,
    boot: BootOverride,
}

#[derive(Default)]
pub(super) struct FakeDriver {
    machines: Mutex<HashMap<String, FakeMachine>>,
    delays: Option<FakeDelays>,
}

#[async_trait]
impl HardwareType for FakeHardware {
    fn name(&self) -> &'static str {
        "fake-hardware"
    }

    fn describe(&self) -> HardwareDescription {
        HardwareDescription {
            name: self.name(),
            interfaces: interfaces(&[
                (K::Bios, &["fake", "no-bios"]),
                (K::Boot, &["fake"]),
                (K::Console, &["fake", "no-console"]),
                (K::Deploy, &["fake"]),
                (K::Firmware, &["fake", "no-firmware"]),
                (K::Inspect, &["fake", "no-inspect"]),
                (K::Management, &["fake"]),
                (K::Network, &["noop", "flat"]),
                (K::Power, &["fake"]),
                (K::Raid, &["fake", "no-raid"]),
                (K::Rescue, &["fake", "no-rescue"]),
                (K::Storage, &["noop", "fake"]),
                (K::Vendor, &["fake", "no-vendor"]),
            ]),
            properties: Vec::new(),
        }
    }

    fn problems(&self, _driver_info: &Object) -> Vec<String> {
        Vec::new()
    }

    fn machine(&self, node: &Node) -> Result<Machine, Refusal> {
        machine(&self.driver, node)
    }

    fn delay(&self, kind: K) -> Option<Duration> {
        self.driver.delays.as_ref()?.drawn(kind)
    }

    fn lights(&self) -> Option<&dyn Lights> {
        Some(&lights::FakeLights)
    }

    fn vendor(&self) -> Option<&dyn VendorInterface> {
        Some(&vendor::FakeVendor)
    }

    fn has_console(&self) -> bool {
        true
    }

    async fn close(&self) {}
}

/// The machine that this node stands for.
pub(super) fn machine(driver: &Arc<FakeDriver>, node: &Node) -> Result<Machine, Refusal> {
    let address = "http://fake.invalid"
        .parse()
        .map_err(|_| Refusal::new(RefusalKind::Invalid, "the fake machine has no address"))?;
    let mut target = Target::new(address);
    target.system_id = Some(node.uuid.to_string());
    // The machine's memory does not outlive the process; what was last read of it does.
    driver.remember(
        &node.uuid.to_string(),
        node.power_state == Some(model::PowerState::On),
    );
    Ok(Machine {
        driver: Arc::clone(driver) as Arc<dyn Driver>,
        target,
    })
}

impl FakeDriver {
    async fn pass(&self, kind: K) {
        if let Some(delays) = &self.delays {
            delays.pass(kind).await;
        }
    }

    fn remember(&self, key: &str, on: bool) {
        self.lock().entry(key.to_owned()).or_insert(FakeMachine {
            on,
            boot: BootOverride {
                device: None,
                persistent: false,
                mode: None,
            },
        });
    }

    fn with<T>(
        &self,
        target: &Target,
        change: impl FnOnce(&mut FakeMachine) -> T,
    ) -> Result<T, BmcError> {
        let key = target.system_id.clone().unwrap_or_default();
        let mut machines = self.lock();
        let machine = machines.get_mut(&key).ok_or(BmcError::Misconfigured {
            key: "driver",
            reason: "no such fake machine".into(),
        })?;
        Ok(change(machine))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, FakeMachine>> {
        self.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Driver for FakeDriver {
    fn name(&self) -> &'static str {
        "fake"
    }
    fn power(&self) -> Option<&dyn Power> {
        Some(self)
    }
    fn boot_device(&self) -> Option<&dyn BootDevice> {
        Some(self)
    }
    fn identity(&self) -> Option<&dyn Identity> {
        None
    }
    async fn close(&self) {}
}

#[async_trait]
impl Power for FakeDriver {
    async fn power_state(&self, target: &Target) -> Result<PowerState, BmcError> {
        self.with(target, |machine| {
            if machine.on {
                PowerState::On
            } else {
                PowerState::Off
            }
        })
    }

    async fn set_power(&self, target: &Target, action: PowerAction) -> Result<(), BmcError> {
        self.pass(K::Power).await;
        self.with(target, |machine| match action {
            PowerAction::On | PowerAction::ForceRestart | PowerAction::GracefulRestart => {
                machine.on = true
            }
            PowerAction::ForceOff | PowerAction::GracefulShutdown => machine.on = false,
            PowerAction::Nmi => {}
        })
    }

    async fn supported_actions(&self, _target: &Target) -> Result<Vec<PowerAction>, BmcError> {
        Ok(PowerAction::ALL.to_vec())
    }
}

#[async_trait]
impl BootDevice for FakeDriver {
    async fn get(&self, target: &Target) -> Result<BootOverride, BmcError> {
        self.with(target, |machine| machine.boot.clone())
    }

    async fn set(&self, target: &Target, request: &BootRequest) -> Result<BootOverride, BmcError> {
        self.pass(K::Management).await;
        self.with(target, |machine| {
            machine.boot = BootOverride {
                device: Some(request.device.clone()),
                persistent: request.persistence == Persistence::Continuous,
                mode: request.mode,
            };
            machine.boot.clone()
        })
    }

    async fn supported(&self, _target: &Target) -> Result<Vec<BootDeviceKind>, BmcError> {
        Ok(vec![
            BootDeviceKind::Pxe,
            BootDeviceKind::Disk,
            BootDeviceKind::Cdrom,
        ])
    }

    async fn manners(&self, _target: &Target) -> Result<BootManners, BmcError> {
        Ok(BootManners {
            once_ends: true,
            continuous: true,
            disk_override_in_uefi: true,
            mode_needs_reboot: false,
        })
    }
}
