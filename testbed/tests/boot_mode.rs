//! The boot mode that a node asks for is the one its machine boots in, whatever it was before; a node that asks for none leaves it.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use api_types::PatchOperation;
use databases::{Databases, each_on_both};
use hammerscale_testbed::engine::{Chapter, SimulatedSite, Teller, enroll};
use hammerscale_testbed::machines::{BootMode, Fleet, FleetOptions};

each_on_both!(a_machine_is_brought_into_the_mode_that_its_node_asks_for);

async fn a_machine_is_brought_into_the_mode_that_its_node_asks_for(databases: Databases) {
    let site = SimulatedSite::new().unwrap();
    let options = FleetOptions {
        boot_listener: Some(site.boot_listener()),
        ..FleetOptions::default()
    };
    let fleet = Fleet::start(options).await.unwrap();
    let spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), 0);
    let mut teller = Teller::new(databases.under(spec).await).unwrap();
    enroll(&mut teller, fleet.machine(0)).await.unwrap();
    teller
        .tell("one", &Chapter::new("manage", "manageable"))
        .await
        .unwrap();
    for (asked, truth, seen) in [
        (Some("boot_mode:bios"), BootMode::Legacy, "bios"),
        (None, BootMode::Legacy, "bios"),
        (Some("boot_mode:uefi"), BootMode::Uefi, "uefi"),
    ] {
        let patch = match asked {
            Some(mode) => PatchOperation::add("/properties/capabilities", mode),
            None => PatchOperation::remove("/properties/capabilities"),
        };
        teller
            .ask(async |client| client.patch_node("one", std::slice::from_ref(&patch)).await)
            .await
            .unwrap();
        teller
            .tell("one", &Chapter::new("inspect", "manageable"))
            .await
            .unwrap();
        assert_eq!(fleet.truth(0).boot.mode, truth, "{asked:?}");
        let node = teller
            .ask(async |client| client.node("one").await)
            .await
            .unwrap();
        assert_eq!(node.boot_mode.as_deref(), Some(seen), "{asked:?}");
    }
    teller.stop().unwrap();
}
