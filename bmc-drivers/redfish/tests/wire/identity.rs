//! What a BMC tells of itself, and what it leaves out.

use bmc_core::{BmcFacts, Driver};
use serde_json::json;

use crate::fake::{Fake, error};

async fn facts(fake: &Fake) -> BmcFacts {
    fake.driver
        .identity()
        .unwrap()
        .facts(&fake.target)
        .await
        .unwrap()
}

#[tokio::test]
async fn everything_that_is_told() {
    let fake = Fake::start().await;
    let nics = "/redfish/v1/Systems/1/EthernetInterfaces";
    fake.with(|model| {
        let page = json!({"Members": [{"@odata.id": format!("{nics}/a")}], "Members@odata.nextLink": format!("{nics}/page2")});
        model.documents.insert(nics.into(), page);
        let last = json!({"Members": [{"@odata.id": format!("{nics}/b")}, {"@odata.id": format!("{nics}/gone")}]});
        model.documents.insert(format!("{nics}/page2"), last);
        model.documents.insert(format!("{nics}/a"), json!({"Id": "NIC.1", "MACAddress": "52:54:00:AA:BB:CC"}));
        model.documents.insert(format!("{nics}/b"), json!({"MACAddress": "", "PermanentMACAddress": "52-54-00-aa-bb-cd"}));
    });
    let facts = facts(&fake).await;
    assert_eq!(facts.vendor.as_deref(), Some("Example"));
    assert_eq!(
        (facts.model.as_deref(), facts.serial.as_deref()),
        (Some("M1"), Some("S1"))
    );
    assert_eq!(
        (facts.bios_version.as_deref(), facts.bmc_firmware.as_deref()),
        (Some("1.2"), Some("2.10"))
    );
    assert_eq!(
        (facts.uuid.as_deref(), facts.health.as_deref()),
        (Some("u-1"), Some("OK"))
    );
    assert_eq!(
        (facts.redfish_version.as_deref(), facts.profile),
        (Some("1.6.0"), "generic")
    );
    let nics: Vec<String> = facts
        .ethernet
        .iter()
        .map(|nic| format!("{} {}", nic.name, nic.mac))
        .collect();
    assert_eq!(nics, ["NIC.1 52:54:00:aa:bb:cc", "b 52:54:00:aa:bb:cd"]);
}

#[tokio::test]
async fn missing_parts_are_no_error() {
    let fake = Fake::start().await;
    fake.with(|model| model.documents.remove("/redfish/v1/Managers/1"));
    fake.next(
        "GET",
        "/redfish/v1/Systems/1/EthernetInterfaces",
        error(400, "the operating system is down"),
    );
    let facts = facts(&fake).await;
    assert!(facts.ethernet.is_empty() && facts.bmc_firmware.is_none());
    assert_eq!(facts.serial.as_deref(), Some("S1"));
}

#[tokio::test]
async fn an_endless_collection_ends() {
    let fake = Fake::start().await;
    let nics = "/redfish/v1/Systems/1/EthernetInterfaces";
    fake.with(|model| {
        model.documents.insert(
            nics.into(),
            json!({"Members": [], "Members@odata.nextLink": nics}),
        )
    });
    assert!(facts(&fake).await.ethernet.is_empty());
    assert!(fake.seen("GET", nics).len() <= 9);
}

#[tokio::test]
async fn the_profile_is_chosen_again_when_the_bmc_says_something_else() {
    let fake = Fake::start().await;
    assert_eq!(facts(&fake).await.profile, "generic");
    fake.with(|model| model.documents.get_mut("/redfish/v1").unwrap()["Vendor"] = json!("Lenovo"));
    assert_eq!(facts(&fake).await.profile, "lenovo");
    let manners = fake
        .driver
        .boot_device()
        .unwrap()
        .manners(&fake.target)
        .await
        .unwrap();
    assert!(!manners.disk_override_in_uefi);
}
