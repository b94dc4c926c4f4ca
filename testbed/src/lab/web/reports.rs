//! Reports of deployed systems, kept in the order they came.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Shared;

/// Largest report, in bytes.
pub const LARGEST: usize = 64 * 1024;
/// How many reports are kept; later ones are refused.
const MOST: usize = 10_000;

/// What a deployed system says of itself. Fields it does not send are empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Host name, taken from the config drive.
    pub hostname: String,
    /// Instance UUID from the config drive.
    pub uuid: String,
    /// Seconds from the kernel's start to this report.
    pub boot_seconds: f64,
    /// The disk it runs from.
    pub root_device: String,
    /// The partition or medium that the config drive was found on.
    pub config_drive: String,
    /// Kernel release.
    pub kernel: String,
    /// Its first network card's address.
    pub mac: String,
    /// Its IPv4 address.
    pub address: String,
    /// `uefi` or `bios`.
    pub firmware: String,
    /// SHA-256 of the user data, in hex; empty without user data.
    pub user_data_sha256: String,
}

#[derive(Debug, Default)]
pub struct Reports(Mutex<Vec<Report>>);

impl Reports {
    pub fn all(&self) -> Vec<Report> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, report: Report) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = kept.len() < MOST;
        if fits {
            kept.push(report);
        }
        fits
    }
}

/// busybox's HTTP client cannot set a content type, so the body is read whatever it claims to be.
pub async fn receive(
    State(shared): State<Arc<Shared>>,
    body: axum::body::Bytes,
) -> (StatusCode, Json<&'static str>) {
    match serde_json::from_slice::<Report>(&body) {
        Ok(report) => {
            tracing::info!(
                hostname = report.hostname,
                seconds = report.boot_seconds,
                root = report.root_device,
                "phone home"
            );
            if shared.reports.add(report) {
                (StatusCode::OK, Json("welcome"))
            } else {
                (StatusCode::INSUFFICIENT_STORAGE, Json("too many reports"))
            }
        }
        Err(error) => {
            tracing::warn!("a report that cannot be read: {error}");
            (StatusCode::BAD_REQUEST, Json("not a report"))
        }
    }
}
