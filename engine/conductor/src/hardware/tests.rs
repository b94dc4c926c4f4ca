//! The hardware types side by side: what of each works, and what is refused.

use super::*;
use model::InterfaceKind as K;
use ports::hardware::VendorMethod;
use serde_json::json;
use uuid::Uuid;

fn node(driver: &str, interfaces: &[(K, &str)]) -> Node {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut node = Node::new(Uuid::from_u128(7), driver, now);
    let chosen = interfaces
        .iter()
        .map(|(kind, name)| (*kind, (*name).to_owned()));
    node.interfaces = chosen.collect();
    node
}

fn catalogue() -> Catalogue {
    let fake = FakeHardware::default();
    let driver = fake.machine(&node("fake-hardware", &[])).unwrap().driver;
    Catalogue::new(vec![
        Box::new(fake),
        Box::new(RedfishHardware::new(Arc::clone(&driver))),
        Box::new(IdracHardware::new(driver)),
        Box::new(ManualManagement::default()),
        Box::new(IpmiHardware),
    ])
}

#[test]
fn each_type_gives_a_node_all_its_interfaces() {
    for (driver, power, management) in [
        ("fake-hardware", "fake", "fake"),
        ("redfish", "redfish", "redfish"),
        ("idrac", "idrac-redfish", "idrac-redfish"),
        ("manual-management", "fake", "noop"),
    ] {
        let resolved = catalogue().resolve_interfaces(&node(driver, &[])).unwrap();
        assert_eq!(resolved.len(), K::ALL.len(), "{driver}");
        assert_eq!(
            (&*resolved[&K::Power], &*resolved[&K::Management]),
            (power, management)
        );
    }
}

#[test]
fn what_does_not_work_is_refused_by_name() {
    for (driver, interfaces, told) in [
        ("ipmi", &[][..], "does not speak IPMI yet"),
        ("ipmi", &[(K::Power, "ipmitool")], "does not speak IPMI yet"),
        ("redfish", &[(K::Power, "fake")], "power"),
        ("redfish", &[(K::Bios, "redfish")], "no-bios"),
        ("idrac", &[(K::Management, "redfish")], "idrac-redfish"),
        ("manual-management", &[(K::Power, "agent")], "fake"),
        ("snmp", &[], "manual-management"),
    ] {
        let refusal = catalogue().resolve_interfaces(&node(driver, interfaces));
        let refusal = refusal.unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert!(refusal.message.contains(told), "{}", refusal.message);
    }
}

#[test]
fn an_idrac_is_described_by_the_keys_of_redfish() {
    let catalogue = catalogue();
    for driver in ["redfish", "idrac"] {
        let problems = catalogue.find(driver).unwrap().problems(&Object::new());
        assert!(problems.join(" ").contains("redfish_address"), "{driver}");
    }
    let described = catalogue.describe();
    let keys = |index: usize| {
        let properties = described[index].properties.iter();
        properties.map(|property| property.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(1), keys(2));
    assert!(keys(3).contains(&"image_http_proxy"));
}

#[tokio::test]
async fn a_machine_that_a_person_switches_shows_what_was_wanted_last() {
    let catalogue = catalogue();
    let machine = catalogue.machine(&node("manual-management", &[])).unwrap();
    let power = machine.driver.power().unwrap();
    for (action, state) in [
        (bmc_core::PowerAction::On, bmc_core::PowerState::On),
        (bmc_core::PowerAction::ForceOff, bmc_core::PowerState::Off),
    ] {
        power.set_power(&machine.target, action).await.unwrap();
        assert_eq!(power.power_state(&machine.target).await.unwrap(), state);
    }
}

#[test]
fn management_without_a_bmc_answers_by_itself() {
    let devices = |name: &str| match boot_devices(&node("x", &[(K::Management, name)])) {
        BootDevices::Bmc => None,
        BootDevices::Fixed {
            supported,
            persistent,
        } => Some((supported, persistent)),
    };
    assert_eq!(devices("noop"), Some((&["pxe", "disk"][..], true)));
    assert_eq!(devices("fake"), Some((&["pxe"][..], false)));
    assert_eq!(devices("redfish"), None);
}

#[test]
fn fake_vendor_methods_compare_a_word() {
    let catalogue = catalogue();
    let vendor = catalogue.find("fake-hardware").unwrap().vendor().unwrap();
    let call = |method: &VendorMethod, word: &str| {
        let arguments = json!({ "bar": word });
        vendor.call(method, arguments.as_object().unwrap())
    };
    for (name, word) in [
        ("second_method", "kazoo"),
        ("third_method_sync", "meow"),
        ("fourth_method_shared_lock", "woof"),
    ] {
        let mut methods = vendor.methods().iter();
        let method = methods.find(|method| method.name == name).unwrap();
        assert_eq!(call(method, word), true);
        assert_eq!(call(method, "other"), false);
    }
    assert!(catalogue.find("redfish").unwrap().vendor().is_none());
}
