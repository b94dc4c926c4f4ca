//! Boot overrides: where they are written, what guards them, and that they are read back.

use bmc_core::{
    BmcError, BootDeviceKind, BootMode, BootOverride, BootRequest, Driver, Persistence,
};
use serde_json::{Value, json};

use crate::fake::{Fake, SYSTEM, error};

async fn set(
    fake: &Fake,
    device: BootDeviceKind,
    persistence: Persistence,
) -> Result<BootOverride, BmcError> {
    fake.driver
        .boot_device()
        .unwrap()
        .set(&fake.target, &BootRequest::new(device, persistence))
        .await
}

fn sent(fake: &Fake) -> Vec<Value> {
    fake.seen("PATCH", "")
        .into_iter()
        .map(|seen| seen.body["Boot"].clone())
        .collect()
}

#[tokio::test]
async fn once_is_written_and_read_back() {
    let fake = Fake::start().await;
    let shown = set(&fake, BootDeviceKind::Pxe, Persistence::Once)
        .await
        .unwrap();
    let expected = BootOverride {
        device: Some(BootDeviceKind::Pxe),
        persistent: false,
        mode: Some(BootMode::Uefi),
    };
    assert_eq!(shown, expected);
    assert_eq!(
        sent(&fake),
        [json!({"BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once"})]
    );
    assert_eq!(
        fake.driver
            .boot_device()
            .unwrap()
            .get(&fake.target)
            .await
            .unwrap(),
        expected
    );
}

#[tokio::test]
async fn enabled_is_left_out_where_it_does_not_change() {
    let fake = Fake::start().await;
    set(&fake, BootDeviceKind::Disk, Persistence::Continuous)
        .await
        .unwrap();
    set(&fake, BootDeviceKind::Cdrom, Persistence::Continuous)
        .await
        .unwrap();
    assert_eq!(sent(&fake)[1], json!({"BootSourceOverrideTarget": "Cd"}));
}

#[tokio::test]
async fn an_override_that_is_accepted_and_ignored_is_an_error() {
    let fake = Fake::start().await;
    fake.with(|model| model.lies = true);
    let error = set(&fake, BootDeviceKind::Pxe, Persistence::Once)
        .await
        .unwrap_err();
    assert!(matches!(error, BmcError::NotApplied { .. }), "{error:?}");
    assert!(
        error.to_string().contains("Pxe") && error.to_string().contains("Disabled"),
        "{error}"
    );
    assert_eq!(fake.slept(), [1, 2, 4]);
}

#[tokio::test]
async fn once_that_stays_is_an_error_unless_it_is_known_of_the_bmc() {
    let sticky = |fake: &Fake| {
        fake.with(|model| model.lies = true);
        fake.system("/Boot/BootSourceOverrideTarget", json!("Pxe"));
        fake.system("/Boot/BootSourceOverrideEnabled", json!("Continuous"));
    };
    let fake = Fake::start().await;
    sticky(&fake);
    assert!(matches!(
        set(&fake, BootDeviceKind::Pxe, Persistence::Once).await,
        Err(BmcError::NotApplied { .. })
    ));

    let fake = Fake::start().await;
    sticky(&fake);
    fake.system("/Manufacturer", json!("Sushy Emulator"));
    assert!(
        set(&fake, BootDeviceKind::Pxe, Persistence::Once)
            .await
            .unwrap()
            .persistent
    );
    assert!(
        !fake
            .driver
            .boot_device()
            .unwrap()
            .manners(&fake.target)
            .await
            .unwrap()
            .once_ends
    );
}

#[tokio::test]
async fn the_etag_ladder_weak_strong_none() {
    for (given, accepted, rungs) in [
        ("\"a\"", "\"a\"", vec![Some("\"a\"")]),
        ("W/\"a\"", "\"a\"", vec![Some("W/\"a\""), Some("\"a\"")]),
        (
            "W/\"a\"",
            "never",
            vec![Some("W/\"a\""), Some("\"a\""), None],
        ),
        ("\"\"", "never", vec![None]),
    ] {
        let fake = Fake::start().await;
        fake.with(|model| model.etag = Some((given.into(), accepted.into())));
        set(&fake, BootDeviceKind::Pxe, Persistence::Once)
            .await
            .unwrap();
        let tried: Vec<_> = fake
            .seen("PATCH", SYSTEM)
            .into_iter()
            .map(|seen| seen.if_match)
            .collect();
        assert_eq!(
            tried.iter().map(Option::as_deref).collect::<Vec<_>>(),
            rungs,
            "{given}"
        );
    }
}

#[tokio::test]
async fn a_precondition_that_fails_without_one_is_an_error() {
    let fake = Fake::start().await;
    fake.next("PATCH", SYSTEM, error(412, "always"));
    assert!(matches!(
        set(&fake, BootDeviceKind::Pxe, Persistence::Once).await,
        Err(BmcError::Busy { .. })
    ));
}

#[tokio::test]
async fn a_device_that_is_not_offered_is_not_sent() {
    let fake = Fake::start().await;
    let error = set(&fake, BootDeviceKind::Floppy, Persistence::Once)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("floppy") && error.to_string().contains("Hdd"),
        "{error}"
    );
    assert!(sent(&fake).is_empty());
    let kinds = fake
        .driver
        .boot_device()
        .unwrap()
        .supported(&fake.target)
        .await
        .unwrap();
    use BootDeviceKind::{Cdrom, Disk, Pxe, UefiHttp};
    assert_eq!(kinds, [Pxe, Disk, Cdrom, UefiHttp]);
}

#[tokio::test]
async fn a_bmc_that_knows_no_lasting_override_gives_one_for_the_next_boot() {
    let fake = Fake::start().await;
    fake.next("PATCH", SYSTEM, error(400, "Continuous is not supported"));
    assert!(
        !set(&fake, BootDeviceKind::Disk, Persistence::Continuous)
            .await
            .unwrap()
            .persistent
    );

    let fake = Fake::start().await;
    let boot = fake.with(|model| model.documents[SYSTEM]["Boot"].clone());
    let mut boot = boot.as_object().unwrap().clone();
    boot.insert(
        "BootSourceOverrideEnabled@Redfish.AllowableValues".into(),
        json!(["Once", "Disabled"]),
    );
    fake.system("/Boot", boot.into());
    assert!(
        !set(&fake, BootDeviceKind::Disk, Persistence::Continuous)
            .await
            .unwrap()
            .persistent
    );
    assert_eq!(
        sent(&fake).len(),
        1,
        "what the BMC lists is not tried against it"
    );
    assert!(
        !fake
            .driver
            .boot_device()
            .unwrap()
            .manners(&fake.target)
            .await
            .unwrap()
            .continuous
    );
}

#[tokio::test]
async fn supermicro_enabled_always_usb_cd_and_the_mode_again() {
    let fake = Fake::start().await;
    fake.system("/Manufacturer", json!("Supermicro"));
    fake.system("/Boot/BootSourceOverrideEnabled", json!("Once"));
    fake.next("PATCH", SYSTEM, (200, vec![], b"{}".to_vec()));
    // The BMC took the device and fell back to Legacy with it.
    let reset = json!({"BootSourceOverrideTarget": "UsbCd", "BootSourceOverrideEnabled": "Once", "BootSourceOverrideMode": "Legacy"});
    let system = fake.with(|model| model.documents[SYSTEM].clone());
    let mut after = system.clone();
    after["Boot"] = reset;
    fake.next("GET", SYSTEM, crate::fake::canned(200, system));
    fake.next("GET", SYSTEM, crate::fake::canned(200, after));
    fake.system("/Boot/BootSourceOverrideTarget", json!("UsbCd"));
    let shown = set(&fake, BootDeviceKind::Cdrom, Persistence::Once)
        .await
        .unwrap();
    assert_eq!(shown.device, Some(BootDeviceKind::Cdrom));
    assert_eq!(
        sent(&fake),
        [
            json!({"BootSourceOverrideTarget": "UsbCd", "BootSourceOverrideEnabled": "Once"}),
            json!({"BootSourceOverrideMode": "UEFI"}),
        ]
    );
}

#[tokio::test]
async fn ami_takes_the_override_only_whole() {
    let fake = Fake::start().await;
    fake.with(|model| model.documents.get_mut("/redfish/v1").unwrap()["Vendor"] = json!("AMI"));
    fake.system("/Boot/BootSourceOverrideEnabled", json!("Once"));
    set(&fake, BootDeviceKind::Pxe, Persistence::Once)
        .await
        .unwrap();
    let whole = json!({"BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once", "BootSourceOverrideMode": "UEFI"});
    assert_eq!(sent(&fake), [whole]);
}

#[tokio::test]
async fn ilo_in_post_is_waited_for() {
    let fake = Fake::start().await;
    fake.system("/Manufacturer", json!("HPE"));
    for _ in 0..4 {
        let info = json!({"MessageId": "iLO.2.14.UnableToModifyDuringSystemPOST", "Message": "Cannot modify."});
        fake.next(
            "PATCH",
            SYSTEM,
            crate::fake::canned(400, json!({"error": {"@Message.ExtendedInfo": [info]}})),
        );
    }
    set(&fake, BootDeviceKind::Pxe, Persistence::Once)
        .await
        .unwrap();
    assert_eq!(fake.slept(), [5, 10, 20, 30]);
}

#[tokio::test]
async fn properties_go_where_the_bmc_exposes_them() {
    let fake = Fake::start().await;
    let settings = "/redfish/v1/Systems/1/Settings";
    fake.with(|model| {
        let link = json!({"SettingsObject": {"@odata.id": settings}, "ETag": "\"s\""});
        model.documents.get_mut(SYSTEM).unwrap()["@Redfish.Settings"] = link;
        let pending = json!({"Boot": {"BootSourceOverrideTarget": "Pxe",
            "BootSourceOverrideTarget@Redfish.AllowableValues": ["Pxe"]}});
        model.documents.insert(settings.into(), pending);
    });
    fake.system("/Boot/BootSourceOverrideTarget", json!("Pxe"));
    fake.next("PATCH", settings, (202, vec![], vec![]));
    set(&fake, BootDeviceKind::Pxe, Persistence::Once)
        .await
        .unwrap();
    let patches = fake.seen("PATCH", "");
    assert_eq!(patches[0].path, settings);
    assert_eq!(patches[0].if_match.as_deref(), Some("\"s\""));
    assert_eq!(
        patches[0].body,
        json!({"Boot": {"BootSourceOverrideTarget": "Pxe"}})
    );
    assert_eq!(patches[1].path, SYSTEM);
    assert_eq!(
        patches[1].body,
        json!({"Boot": {"BootSourceOverrideEnabled": "Once"}})
    );
}

#[tokio::test]
async fn a_url_is_sent_for_http_boot_and_cleared_afterwards() {
    let fake = Fake::start().await;
    let mut request = BootRequest::new(BootDeviceKind::UefiHttp, Persistence::Once);
    request.http_boot_uri = Some("http://192.0.2.1/boot.iso".into());
    fake.driver
        .boot_device()
        .unwrap()
        .set(&fake.target, &request)
        .await
        .unwrap();
    assert_eq!(sent(&fake)[0]["HttpBootUri"], "http://192.0.2.1/boot.iso");
    set(&fake, BootDeviceKind::Disk, Persistence::Once)
        .await
        .unwrap();
    assert_eq!(
        sent(&fake)[1],
        json!({"BootSourceOverrideTarget": "Hdd", "HttpBootUri": null})
    );
}

#[tokio::test]
async fn a_mode_is_set_when_asked_and_may_need_a_reboot_on_dell() {
    let legacy = |kind| BootRequest {
        mode: Some(BootMode::Legacy),
        ..BootRequest::new(kind, Persistence::Once)
    };
    let fake = Fake::start().await;
    let boot = fake.driver.boot_device().unwrap();
    let shown = boot
        .set(&fake.target, &legacy(BootDeviceKind::Pxe))
        .await
        .unwrap();
    assert_eq!(shown.mode, Some(BootMode::Legacy));

    let fake = Fake::start().await;
    fake.system("/Manufacturer", json!("Dell Inc."));
    fake.system("/Boot/BootSourceOverrideTarget", json!("Pxe"));
    fake.system("/Boot/BootSourceOverrideEnabled", json!("Once"));
    fake.with(|model| model.lies = true);
    let boot = fake.driver.boot_device().unwrap();
    let shown = boot
        .set(&fake.target, &legacy(BootDeviceKind::Pxe))
        .await
        .unwrap();
    assert_eq!(shown.mode, Some(BootMode::Uefi), "told as it is");
    assert!(boot.manners(&fake.target).await.unwrap().mode_needs_reboot);
}
