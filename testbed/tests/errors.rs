//! The table of errors: bad input and bad machines are answered, not suffered. Each failure ends in the state that Ironic's clients know,
//! with a text that says what to do, and leaves nothing reserved: when the cause is mended, the same verb succeeds.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use api_types::{PatchOperation, States};
use databases::{Databases, each_on_both};
use hammerscale_testbed::engine::{Chapter, SimulatedSite, Teller, enroll};
use hammerscale_testbed::machines::{Fault, Fleet, FleetOptions};
use std::time::{Duration, Instant};

/// Longer than any of the waits takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

struct Site {
    teller: Teller,
    fleet: Fleet,
    _site: SimulatedSite,
    _databases: Databases,
}

impl Site {
    async fn with(databases: Databases, keys: &[(&str, &str)]) -> Self {
        let site = SimulatedSite::new().unwrap();
        let options = FleetOptions {
            boot_listener: Some(site.boot_listener()),
            ..FleetOptions::default()
        };
        let fleet = Fleet::start(options).await.unwrap();
        let mut spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), 0);
        spec.keys.extend(
            keys.iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
        );
        let spec = databases.under(spec).await;
        let mut teller = Teller::new(spec).unwrap();
        enroll(&mut teller, fleet.machine(0)).await.unwrap();
        Self {
            teller,
            fleet,
            _site: site,
            _databases: databases,
        }
    }

    /// Says a verb that is going to fail, and waits for the state that it fails into.
    async fn fails(&mut self, verb: &str, into: &'static str) -> States {
        let order = Chapter::new(verb, into).order;
        self.teller
            .ask(async |client| client.provision("one", &order).await)
            .await
            .unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            let states = self.states().await;
            assert!(Instant::now() < end, "never reached '{into}': {states:?}");
            if states.provision_state.as_deref() == Some(into)
                && states.last_error.is_some()
                && states.target_power_state.is_none()
            {
                self.nothing_is_left_over().await;
                return states;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn states(&mut self) -> States {
        self.teller
            .ask(async |client| client.states("one").await)
            .await
            .unwrap()
    }

    /// Nobody holds the node, and it can be edited.
    async fn nothing_is_left_over(&mut self) {
        let node = self
            .teller
            .ask(async |client| client.node("one").await)
            .await
            .unwrap();
        assert!(node.reservation.is_none(), "{:?}", node.reservation);
        let patch = [PatchOperation::add("/extra/seen", true)];
        self.teller
            .ask(async |client| client.patch_node("one", &patch).await)
            .await
            .unwrap();
    }

    async fn tell(&mut self, verb: &str, goal: &'static str) {
        self.teller
            .tell("one", &Chapter::new(verb, goal))
            .await
            .unwrap();
    }

    /// After a failure the state itself is no obstacle.
    async fn mend_and_tell(&mut self, verb: &str, goal: &'static str) {
        self.fleet.clear_faults(0);
        let order = Chapter::new(verb, goal).order;
        self.teller
            .ask(async |client| client.provision("one", &order).await)
            .await
            .unwrap();
        self.arrives(goal).await;
    }

    async fn arrives(&mut self, goal: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let states = self.states().await;
            assert!(Instant::now() < end, "never reached '{goal}': {states:?}");
            if states.provision_state.as_deref() == Some(goal) {
                return;
            }
            let state = states.provision_state.unwrap_or_default();
            assert!(
                !state.ends_with("failed"),
                "{state}: {:?}",
                states.last_error
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn becomes_available(&mut self) {
        for (verb, goal) in [
            ("manage", "manageable"),
            ("inspect", "manageable"),
            ("provide", "available"),
        ] {
            self.tell(verb, goal).await;
        }
    }
}

fn says(states: &States, words: &[&str]) {
    let text = states.last_error.clone().unwrap_or_default();
    for word in words {
        assert!(text.contains(word), "'{word}' is not in: {text}");
    }
}

each_on_both!(
    a_wrong_bmc_password_sends_the_node_back_to_enroll,
    an_unreachable_bmc_is_tried_again_and_then_named,
    an_explanation_tells_what_is_tried_again_and_why,
    a_bmc_that_is_away_for_a_moment_fails_nothing,
    a_power_order_that_does_nothing_is_not_believed,
    a_machine_that_never_phones_home_is_booted_again_and_then_given_up,
    a_step_that_fails_says_why_and_powers_the_machine_off,
    a_clean_step_that_fails_takes_the_node_out_of_service_until_a_person_says_so,
    an_agent_that_dies_in_mid_step_is_noticed_by_its_silence,
    a_deployment_without_an_image_is_refused_before_anything_is_touched,
);

async fn a_wrong_bmc_password_sends_the_node_back_to_enroll(databases: Databases) {
    let mut site = Site::with(databases, &[]).await;
    site.fleet.inject(0, Fault::WrongPassword(true));
    let states = site.fails("manage", "enroll").await;
    says(
        &states,
        &["refuses user", "redfish_username", "redfish_password"],
    );
    assert!(states.target_provision_state.is_none());
    site.mend_and_tell("manage", "manageable").await;
}

async fn an_unreachable_bmc_is_tried_again_and_then_named(databases: Databases) {
    let mut site = Site::with(databases, &[]).await;
    site.fleet.inject(0, Fault::BmcUnreachable(true));
    let states = site.fails("manage", "enroll").await;
    says(&states, &["read power state", "127.0.0.1", "tried"]);
    site.mend_and_tell("manage", "manageable").await;
}

async fn an_explanation_tells_what_is_tried_again_and_why(databases: Databases) {
    let mut site = Site::with(databases, &[]).await;
    site.fleet.inject(0, Fault::BmcUnreachable(true));
    let order = Chapter::new("manage", "manageable").order;
    site.teller
        .ask(async |client| client.provision("one", &order).await)
        .await
        .unwrap();
    let end = Instant::now() + PATIENCE;
    let (summary, retry) = loop {
        let told = site
            .teller
            .ask(async |client| client.explain("one").await)
            .await
            .unwrap();
        if let Some(retry) = told.activity.and_then(|activity| activity.retry) {
            break (told.summary, retry);
        }
        assert!(Instant::now() < end, "never told: {}", told.summary);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(
        retry.attempt >= 1 && retry.attempt < retry.most_attempts,
        "{retry:?}"
    );
    assert!(retry.error.contains("127.0.0.1"), "{retry:?}");
    assert!(retry.next_at > retry.failed_at, "{retry:?}");
    assert_eq!(retry.then, "the verification fails (enroll)");
    assert!(summary.contains("read power state"), "{summary}");
    assert!(
        summary.contains(retry.error.trim_end_matches('.')),
        "{summary}"
    );
    site.fleet.clear_faults(0);
    site.arrives("manageable").await;
    let told = site
        .teller
        .ask(async |client| client.explain("one").await)
        .await
        .unwrap();
    assert_eq!(told.summary, "manageable: nothing is under way.");
}

async fn a_bmc_that_is_away_for_a_moment_fails_nothing(databases: Databases) {
    let mut site = Site::with(databases, &[]).await;
    site.fleet.inject(0, Fault::BmcErrors(3));
    site.tell("manage", "manageable").await;
}

async fn a_power_order_that_does_nothing_is_not_believed(databases: Databases) {
    let mut site = Site::with(databases, &[("timeouts.power", "1")]).await;
    site.tell("manage", "manageable").await;
    site.fleet.inject(0, Fault::PowerIgnored(1000));
    let states = site.fails("inspect", "inspect failed").await;
    says(&states, &["power on", "accepted", "does not show"]);
    assert_eq!(states.target_provision_state.as_deref(), Some("manageable"));
    site.mend_and_tell("inspect", "manageable").await;
}

async fn a_machine_that_never_phones_home_is_booted_again_and_then_given_up(databases: Databases) {
    let mut site = Site::with(
        databases,
        &[
            ("timeouts.inspection", "2"),
            ("timeouts.boot_attempts", "2"),
        ],
    )
    .await;
    site.tell("manage", "manageable").await;
    site.fleet.inject(0, Fault::AgentAbsent(1000));
    let states = site.fails("inspect", "inspect failed").await;
    says(
        &states,
        &["2 boots tried", "MAC address", "DHCP", "console"],
    );
    assert!(site.fleet.truth(0).boots >= 2);
    site.mend_and_tell("inspect", "manageable").await;
}

async fn a_step_that_fails_says_why_and_powers_the_machine_off(databases: Databases) {
    let mut site = Site::with(databases, &[]).await;
    site.becomes_available().await;
    let message =
        "the image at http://192.0.2.80/image.raw was not found (HTTP 404); check image_source";
    site.fleet.inject(
        0,
        Fault::StepFails {
            times: 1,
            message: message.into(),
        },
    );
    let states = site.fails("active", "deploy failed").await;
    says(&states, &["deploy.write_image", message]);
    assert_eq!(states.target_provision_state.as_deref(), Some("active"));
    assert_eq!(states.power_state.as_deref(), Some("power off"));
    site.mend_and_tell("active", "active").await;
}

async fn a_clean_step_that_fails_takes_the_node_out_of_service_until_a_person_says_so(
    databases: Databases,
) {
    let mut site = Site::with(databases, &[]).await;
    site.tell("manage", "manageable").await;
    site.fleet.inject(
        0,
        Fault::StepFails {
            times: 1,
            message: "the disk does not answer".into(),
        },
    );
    let states = site.fails("provide", "clean failed").await;
    says(
        &states,
        &["deploy.erase_devices_metadata", "the disk does not answer"],
    );
    let node = site
        .teller
        .ask(async |client| client.node("one").await)
        .await
        .unwrap();
    assert!(
        node.maintenance,
        "a node whose disk could not be cleaned is not handed on"
    );
    assert_eq!(node.fault.as_deref(), Some("clean failure"));
    site.teller
        .ask(async |client| client.set_maintenance("one", false, None).await)
        .await
        .unwrap();
    site.mend_and_tell("manage", "manageable").await;
    site.tell("provide", "available").await;
}

async fn an_agent_that_dies_in_mid_step_is_noticed_by_its_silence(databases: Databases) {
    let mut site = Site::with(databases, &[("timeouts.step_silence", "2")]).await;
    site.becomes_available().await;
    site.fleet.inject(0, Fault::AgentDiesInStep(1));
    let states = site.fails("active", "deploy failed").await;
    says(&states, &["deploy.write_image", "silent", "console"]);
    site.mend_and_tell("active", "active").await;
}

async fn a_deployment_without_an_image_is_refused_before_anything_is_touched(databases: Databases) {
    let mut site = Site::with(databases, &[]).await;
    site.becomes_available().await;
    let remove = [PatchOperation::remove("/instance_info/image_source")];
    site.teller
        .ask(async |client| client.patch_node("one", &remove).await)
        .await
        .unwrap();
    let boots = site.fleet.truth(0).boots;
    let order = Chapter::new("active", "active").order;
    let client = site.teller.client().unwrap();
    let refused = client.provision("one", &order).await.unwrap_err();
    assert!(refused.is_status(400), "{refused}");
    assert!(refused.to_string().contains("image_source"), "{refused}");
    assert_eq!(
        site.states().await.provision_state.as_deref(),
        Some("available")
    );
    assert_eq!(site.fleet.truth(0).boots, boots);
}
