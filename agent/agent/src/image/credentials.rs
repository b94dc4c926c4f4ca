//! The `Authorization` header of image requests: a literal one, or HTTP basic.

use agent_wire::{ImageInfo, WireSecret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::failure::Failure;

/// The header's value, if the image needs one.
pub fn authorization(image: &ImageInfo) -> Result<Option<WireSecret>, Failure> {
    if let Some(encoded) = &image.image_request_authorization {
        let bytes = STANDARD
            .decode(encoded.expose().trim())
            .map_err(|_| Failure::params("image_request_authorization is not base64"))?;
        let value = String::from_utf8(bytes)
            .map_err(|_| Failure::params("image_request_authorization is not text"))?;
        return Ok(Some(value.into()));
    }
    match image.image_server_auth_strategy.as_deref() {
        None | Some("" | "noauth") => Ok(None),
        Some("http_basic") => {
            let (Some(user), Some(password)) =
                (&image.image_server_user, &image.image_server_password)
            else {
                return Err(Failure::params(
                    "http_basic needs image_server_user and image_server_password",
                ));
            };
            let pair = format!("{user}:{}", password.expose());
            Ok(Some(format!("Basic {}", STANDARD.encode(pair)).into()))
        }
        Some(other) => Err(Failure::params(format!(
            "image_server_auth_strategy {other} is unknown; use noauth or http_basic"
        ))),
    }
}
