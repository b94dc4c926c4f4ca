//! The `Authorization` header of image requests (a literal one, or HTTP basic), and the pull secret of registries.

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
        return usable(value).map(Some);
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

/// A header's value is one line of text. The error does not show it.
fn usable(value: String) -> Result<WireSecret, Failure> {
    if reqwest::header::HeaderValue::from_str(&value).is_err() {
        return Err(Failure::params(
            "image_request_authorization has characters that a header cannot have",
        ));
    }
    Ok(value.into())
}

/// The secret for a registry, which comes as base64 as ironic-python-agent takes it.
pub fn pull_secret(image: &ImageInfo) -> Result<Option<WireSecret>, Failure> {
    let Some(encoded) = image.oci_pull_secret.as_ref().filter(|s| !s.is_empty()) else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(encoded.expose().trim()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(|text| Some(text.into()))
        .ok_or_else(|| Failure::params("oci_pull_secret is not base64 of a text"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn credentials_become_headers_and_never_words() {
        let mut image = ImageInfo {
            image_server_auth_strategy: Some("http_basic".to_owned()),
            image_server_user: Some("u".to_owned()),
            image_server_password: Some("p".into()),
            ..ImageInfo::default()
        };
        let value = |image: &ImageInfo| authorization(image).map(|v| v.map(WireSecret::into_inner));
        assert_eq!(value(&image).unwrap().as_deref(), Some("Basic dTpw"));
        image.image_request_authorization = Some(STANDARD.encode("Bearer t").into());
        assert_eq!(value(&image).unwrap().as_deref(), Some("Bearer t"));
        image.image_request_authorization = Some(STANDARD.encode("Bearer canary\nX: y").into());
        assert!(!value(&image).unwrap_err().to_string().contains("canary"));
        image.oci_pull_secret = Some(STANDARD.encode("u:canary").into());
        assert_eq!(pull_secret(&image).unwrap().unwrap().expose(), "u:canary");
        assert!(!format!("{image:?}").contains("canary"));
        image.oci_pull_secret = Some("!canary".into());
        assert!(
            !pull_secret(&image)
                .unwrap_err()
                .to_string()
                .contains("canary")
        );
    }
}
