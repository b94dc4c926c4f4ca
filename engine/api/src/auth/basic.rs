//! The `Authorization` header of HTTP basic authentication (RFC 7617). It knows no users.

use super::denial::Denial;
use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Secret;

/// Bcrypt looks at no more bytes of a password.
const SIGNIFICANT: usize = 72;
/// No name or password together is longer.
const LONGEST: usize = 4096;

/// A name and the password that shall prove it.
pub(super) struct Credentials {
    pub user: String,
    /// The bytes that matter.
    pub password: Secret<Vec<u8>>,
}

/// Reads the header: without one, 401; one of another form, 400 with Ironic's words.
pub(super) fn credentials(header: Option<&HeaderValue>) -> Result<Credentials, Denial> {
    let header = header.ok_or(Denial::Required)?;
    let unreadable = || Denial::Malformed("Could not parse Authorization header".to_owned());
    let text = header.to_str().map_err(|_| unreadable())?.trim();
    let (kind, token) = text
        .split_once(|c: char| c.is_ascii_whitespace())
        .ok_or_else(unreadable)?;
    if !kind.eq_ignore_ascii_case("basic") {
        let shown: String = kind.chars().take(40).collect();
        return Err(Denial::Malformed(format!(
            "Unsupported authorization type \"{shown}\""
        )));
    }
    let undecodable = || Denial::Malformed("Could not decode authorization token".to_owned());
    let token = token.trim();
    if token.len() > LONGEST {
        return Err(undecodable());
    }
    let pair = STANDARD.decode(token).map_err(|_| undecodable())?;
    let colon = pair.iter().position(|b| *b == b':');
    let (user, password) = pair.split_at(colon.ok_or_else(undecodable)?);
    let user = std::str::from_utf8(user).map_err(|_| undecodable())?;
    let password = password.iter().skip(1).take(SIGNIFICANT).copied();
    Ok(Credentials {
        user: user.to_owned(),
        password: Secret::new(password.collect()),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<(String, Vec<u8>), u16> {
        let header = HeaderValue::from_bytes(text.as_bytes()).unwrap();
        match credentials(Some(&header)) {
            Ok(found) => Ok((found.user, found.password.expose().clone())),
            Err(denial) => Err(denial.status().as_u16()),
        }
    }

    #[test]
    fn headers_are_read_or_refused() {
        let pair = |text: &[u8]| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(read(&pair(b"a:b:c")), Ok(("a".into(), b"b:c".to_vec())));
        assert_eq!(read(&pair(b"a:")), Ok(("a".into(), Vec::new())));
        let lower = pair(b"a:b").replace("Basic", "bAsIc  ");
        assert_eq!(read(&lower), Ok(("a".into(), b"b".to_vec())));
        let long = [b"a:".to_vec(), vec![b'x'; 100]].concat();
        assert_eq!(read(&pair(&long)), Ok(("a".into(), vec![b'x'; 72])));
        for bad in [
            "",
            "Basic",
            "Bearer abc",
            "Basic !!!",
            "Basic YQ==",
            &pair(b"\xff:b"),
            &pair(&[b':'; 4000]),
        ] {
            assert_eq!(read(bad), Err(400), "{bad}");
        }
        assert!(matches!(credentials(None), Err(Denial::Required)));
    }

    proptest! {
        #[test]
        fn any_header_is_judged(text in "[ -~]{0,64}") {
            let _ = read(&text);
        }
    }
}
