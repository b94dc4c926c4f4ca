//! Power: the system's state, and the Reset action as the system describes it. Success means that the order was taken.

use bmc_core::{BmcError, PowerAction, PowerState, Target};
use serde_json::json;

use crate::{
    connection::{Bmc, Resource},
    resources::{ActionInfo, ComputerSystem},
};

/// The state the BMC tells.
pub(crate) async fn state(bmc: &Bmc, target: &Target) -> Result<PowerState, BmcError> {
    Ok(read_state(
        bmc.system(target).await?.value.power_state.as_deref(),
    ))
}

/// Which actions the machine's Reset offers.
pub(crate) async fn supported(bmc: &Bmc, target: &Target) -> Result<Vec<PowerAction>, BmcError> {
    let system = bmc.system(target).await?;
    if system.value.reset().is_none() {
        return Ok(Vec::new());
    }
    let allowed = allowed(bmc, &system.value).await?;
    let offered = |action: &PowerAction| reset_type(*action, allowed.as_deref()).is_some();
    Ok(PowerAction::ALL.into_iter().filter(offered).collect())
}

/// Orders the action.
pub(crate) async fn set(bmc: &Bmc, target: &Target, action: PowerAction) -> Result<(), BmcError> {
    let _lane = bmc.lane.write.lock().await;
    let system = bmc.system(target).await?;
    let unsupported = |allowed: Option<Vec<String>>| BmcError::Unsupported {
        what: action.to_string(),
        allowed: allowed.unwrap_or_default(),
    };
    let reset = system.value.reset().and_then(|reset| reset.target.clone());
    let Some(path) = reset else {
        return Err(unsupported(None));
    };
    let allowed = allowed(bmc, &system.value).await?;
    let Some(reset_type) = reset_type(action, allowed.as_deref()) else {
        return Err(unsupported(allowed));
    };
    order(bmc, target, &system, action, &path, reset_type).await
}

async fn order(
    bmc: &Bmc,
    target: &Target,
    system: &Resource<ComputerSystem>,
    action: PowerAction,
    path: &str,
    reset_type: &str,
) -> Result<(), BmcError> {
    let patience = bmc
        .profile(system)
        .await?
        .quirks
        .on_conflicts_after_off
        .filter(|_| action == PowerAction::On);
    let mut left = patience.map_or(0, |patience| patience.tries);
    loop {
        let outcome = bmc
            .post(
                path,
                &json!({"ResetType": reset_type}),
                &format!("carry out {action}"),
            )
            .await;
        let Err(error) = outcome else { return Ok(()) };
        if !refused_by_state(&error) {
            return Err(error);
        }
        if already_there(&error, action) || reached(&state(bmc, target).await?, action) {
            return Ok(());
        }
        let Some(patience) =
            patience.filter(|_| left > 0 && matches!(error, BmcError::Busy { .. }))
        else {
            return Err(error);
        };
        left -= 1;
        bmc.wire.options.pace.sleep(patience.first).await;
    }
}

/// PoweringOff is not off: whoever writes a disk or powers on again must not be told so early.
fn read_state(word: Option<&str>) -> PowerState {
    match word {
        Some("On" | "PoweringOn") => PowerState::On,
        Some("Off") => PowerState::Off,
        other => PowerState::Unknown(other.unwrap_or_default().to_owned()),
    }
}

/// What ResetType may be: from the action, else from its ActionInfo; `None`: the BMC does not say, anything may be tried.
async fn allowed(bmc: &Bmc, system: &ComputerSystem) -> Result<Option<Vec<String>>, BmcError> {
    let Some(reset) = system.reset() else {
        return Ok(None);
    };
    if let Some(allowed) = reset.allowed.clone().filter(|allowed| !allowed.is_empty()) {
        return Ok(Some(allowed));
    }
    let Some(path) = &reset.info else {
        return Ok(None);
    };
    let info = bmc
        .get_optional::<ActionInfo>(path, "read what the reset action offers")
        .await?;
    let allowed = info.and_then(|resource| resource.value.allowed("ResetType"));
    Ok(allowed.filter(|allowed| !allowed.is_empty()))
}

/// The ResetType for an action: the plain one, or one that does the same where only that is offered.
fn reset_type(action: PowerAction, allowed: Option<&[String]>) -> Option<&'static str> {
    let candidates: &[&'static str] = match action {
        PowerAction::On => &["On", "ForceOn"],
        PowerAction::ForceOff => &["ForceOff"],
        PowerAction::GracefulShutdown => &["GracefulShutdown"],
        // Not "PowerCycle": that takes the power away, which this must not.
        PowerAction::ForceRestart => &["ForceRestart"],
        PowerAction::GracefulRestart => &["GracefulRestart"],
        PowerAction::Nmi => &["Nmi"],
    };
    let Some(allowed) = allowed else {
        return candidates.first().copied();
    };
    candidates
        .iter()
        .copied()
        .find(|candidate| allowed.iter().any(|word| word == candidate))
}

/// 400 and 409: what a BMC answers when the machine is not in a state for the action, or is in the wanted one already.
fn refused_by_state(error: &BmcError) -> bool {
    match error {
        BmcError::Rejected { status, .. } => *status == 400,
        BmcError::Busy { .. } => true,
        _ => false,
    }
}

/// The BMC's words that the machine is there already ("Host is already powered OFF"): its state may lag behind.
fn already_there(error: &BmcError, action: PowerAction) -> bool {
    let (BmcError::Rejected { message, .. } | BmcError::Busy { message, .. }) = error else {
        return false;
    };
    let message = message.as_str().to_lowercase();
    match action {
        PowerAction::On => message.contains("already powered on"),
        PowerAction::ForceOff | PowerAction::GracefulShutdown => {
            message.contains("already powered off")
        }
        _ => false,
    }
}

fn reached(state: &PowerState, action: PowerAction) -> bool {
    match action {
        PowerAction::On => *state == PowerState::On,
        PowerAction::ForceOff | PowerAction::GracefulShutdown => *state == PowerState::Off,
        // A machine that is on says nothing about a restart.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_machine_going_down_is_not_off() {
        assert_eq!(
            read_state(Some("PoweringOff")),
            PowerState::Unknown("PoweringOff".into())
        );
        assert_eq!(read_state(Some("PoweringOn")), PowerState::On);
        assert_eq!(read_state(Some("Off")), PowerState::Off);
        assert_eq!(read_state(None), PowerState::Unknown(String::new()));
    }

    #[test]
    fn what_is_offered_is_used_and_nothing_else() {
        assert_eq!(
            reset_type(PowerAction::On, Some(&allowed(&["ForceOn", "ForceOff"]))),
            Some("ForceOn")
        );
        assert_eq!(
            reset_type(PowerAction::On, Some(&allowed(&["ForceOn", "On"]))),
            Some("On")
        );
        assert_eq!(
            reset_type(PowerAction::ForceRestart, Some(&allowed(&["PowerCycle"]))),
            None
        );
        assert_eq!(
            reset_type(
                PowerAction::ForceOff,
                Some(&allowed(&["PushPowerButton", "GracefulShutdown"]))
            ),
            None
        );
        assert_eq!(reset_type(PowerAction::Nmi, Some(&allowed(&["On"]))), None);
        assert_eq!(reset_type(PowerAction::Nmi, None), Some("Nmi"));
    }

    #[test]
    fn only_levels_can_be_reached() {
        assert!(reached(&PowerState::Off, PowerAction::GracefulShutdown));
        assert!(!reached(&PowerState::On, PowerAction::ForceRestart));
        assert!(!reached(
            &PowerState::Unknown("PoweringOff".into()),
            PowerAction::ForceOff
        ));
    }
}
