//! The table itself: complete, without contradiction, and drawn as it is.

use crate::table::{Event, ROWS, next};
use model::{ProvisionState, StateClass, Verb};
use std::collections::HashSet;

#[test]
fn no_two_rows_contradict() {
    let mut seen = HashSet::new();
    for (from, event, _) in ROWS {
        assert!(seen.insert((*from, *event)), "{from} {}", event.as_str());
    }
}

#[test]
fn every_state_can_be_reached_and_left() {
    for state in ProvisionState::ALL {
        assert!(
            ROWS.iter().any(|(_, _, to)| to == state),
            "{state} cannot be reached"
        );
        assert!(
            ROWS.iter().any(|(from, _, _)| from == state),
            "{state} cannot be left"
        );
    }
}

#[test]
fn every_working_and_waiting_state_can_fail() {
    for state in ProvisionState::ALL {
        if matches!(state.class(), StateClass::Working | StateClass::Waiting) {
            assert!(
                next(*state, Event::Fail).is_some(),
                "{state} has no way to fail"
            );
        }
    }
}

#[test]
fn every_wait_and_hold_can_be_aborted() {
    for state in ProvisionState::ALL {
        if matches!(state.class(), StateClass::Waiting | StateClass::Held) {
            assert!(
                next(*state, Event::Verb(Verb::Abort)).is_some(),
                "{state} cannot be aborted"
            );
        }
    }
}

#[test]
fn waits_resume_into_the_state_that_began_them() {
    for (from, event, to) in ROWS {
        if *event == Event::Wait && from.class() == StateClass::Working {
            assert_eq!(next(*to, Event::Resume), Some(*from), "{from} -> {to}");
        }
    }
}

#[test]
fn verbs_start_only_where_a_person_acts() {
    for (from, event, _) in ROWS {
        if let Event::Verb(verb) = event {
            assert_ne!(from.class(), StateClass::Working, "{verb} in {from}");
        }
    }
}
