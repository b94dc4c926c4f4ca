//! Writing ports, inside a transaction that others open and end.

use crate::column::{INSERT_PORT, UPDATE_PORT};
use crate::database::Session;
use crate::fault::{Fault, FaultKind};
use crate::rows::PortRow;
use crate::write::refused;
use ports::store::StoreError;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

pub(crate) async fn create(session: &mut Session<'_>, port: &PortRow) -> Result<(), StoreError> {
    let mut cells = port.columns.clone();
    cells.push(port.doc.as_str().into());
    let done = session
        .execute(AssertSqlSafe(INSERT_PORT.as_str()), cells)
        .await;
    done.map_err(|fault| port_refused(fault, port, "adding a port"))?;
    Ok(())
}

pub(crate) async fn update(session: &mut Session<'_>, port: &PortRow) -> Result<(), StoreError> {
    let mut cells = port.columns.clone();
    cells.extend([port.doc.as_str().into(), port.uuid.into()]);
    let done = session
        .execute(AssertSqlSafe(UPDATE_PORT.as_str()), cells)
        .await;
    match done.map_err(|fault| port_refused(fault, port, "writing a port"))? {
        0 => Err(missing(port.uuid)),
        _ => Ok(()),
    }
}

pub(crate) async fn delete(session: &mut Session<'_>, port: Uuid) -> Result<(), StoreError> {
    let done = session
        .execute("DELETE FROM ports WHERE uuid = $1", vec![port.into()])
        .await;
    match done.map_err(|fault| fault.during("removing a port"))? {
        0 => Err(missing(port)),
        _ => Ok(()),
    }
}

fn missing(port: Uuid) -> StoreError {
    StoreError::NotFound {
        what: "port",
        value: port.to_string(),
    }
}

fn port_refused(fault: Fault, port: &PortRow, attempt: &'static str) -> StoreError {
    if fault.kind == FaultKind::ForeignKey {
        return StoreError::NotFound {
            what: "node",
            value: port.node.to_string(),
        };
    }
    let (uuid, address) = (port.uuid.to_string(), port.address.to_string());
    refused(
        fault,
        attempt,
        &[
            ("ports.address", "MAC address", Some(&address)),
            ("ports.name", "name", port.name.as_deref()),
            ("ports.uuid", "uuid", Some(&uuid)),
        ],
    )
}
