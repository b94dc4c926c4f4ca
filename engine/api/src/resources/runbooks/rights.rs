//! Who may do what with a runbook: administrators everything, readers of the fleet see all, a project's users see their own and the
//! public ones, its managers change their own.

use super::sets;
use crate::call::Call;
use crate::error::ApiError;
use crate::patch::Operation;
use model::Runbook;

/// 403 unless the caller may see it.
pub(super) fn may_see(call: &Call, runbook: &Runbook) -> Result<(), ApiError> {
    match is_visible(call.project(), runbook) {
        true => Ok(()),
        false => Err(call.denied()),
    }
}

/// Whether users of a project may see it; no project sees all.
pub(super) fn is_visible(project: Option<&str>, runbook: &Runbook) -> bool {
    let own = |project: &str| runbook.owner.as_deref() == Some(project);
    runbook.public || project.is_none_or(own)
}

/// 403 unless the caller decides about it: it belongs to the project that the caller manages, or the caller is an administrator.
pub(super) fn may_change(call: &Call, runbook: &Runbook) -> Result<(), ApiError> {
    match call.managed_project()? {
        Some(project) if runbook.owner.as_deref() != Some(project) => Err(call.denied()),
        _ => Ok(()),
    }
}

/// Only administrators say whom it belongs to and whether it is public; a public one belongs to nobody.
pub(super) fn may_patch(
    call: &Call,
    old: &Runbook,
    operations: &[Operation],
) -> Result<(), ApiError> {
    let mut all = operations.iter();
    let touches = all.any(|operation| ["owner", "public"].contains(&operation.root()));
    if touches && call.managed_project()?.is_some() {
        return Err(call.denied());
    }
    if !sets(operations, "owner") {
        return Ok(());
    }
    let said = operations.iter().rev().find(|op| op.root() == "public");
    let public = said.map_or(old.public, |op| {
        op.value() == &serde_json::Value::Bool(true)
    });
    match public {
        true => Err(ApiError::invalid(
            "Couldn't apply patch. Reason: there cannot be an owner for a public runbook.",
        )),
        false => Ok(()),
    }
}

/// A new runbook of a project's manager is that project's, and not public.
pub(super) fn settle_new(runbook: &mut Runbook, project: Option<String>) -> Result<(), ApiError> {
    let Some(project) = project else {
        return Ok(());
    };
    if runbook
        .owner
        .as_ref()
        .is_some_and(|owner| *owner != project)
    {
        return Err(ApiError::invalid(
            "Cannot create a runbook with an owner other than your own project.",
        ));
    }
    if runbook.public {
        return Err(ApiError::invalid(
            "Cannot create a public runbook as a user of a project.",
        ));
    }
    runbook.owner = Some(project);
    Ok(())
}
