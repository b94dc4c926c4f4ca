//! A password or token: wiped from memory on drop, and never shown, printed or serialised.

use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

/// A secret text. It has no `Debug`, `Display` or `Serialize` on purpose; [`Secret::expose`] marks each place of use.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller's copy is moved, not left behind.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The content. Use it at the very edge (a header, a login body) and keep no copy.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}
