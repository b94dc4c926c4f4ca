//! Instants on the wire: RFC 3339 with an explicit `+00:00`, to the second in Ironic's documents, to the millisecond in ours.

use chrono::{DateTime, SecondsFormat, Utc};
use model::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

fn read(text: &str) -> Result<Timestamp, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.with_timezone(&Utc))
        .map_err(|e| format!("'{text}' is not an RFC 3339 time: {e}"))
}

/// The instant as Ironic writes it, `2026-08-20T10:00:00+00:00`.
pub fn to_text(instant: Timestamp) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// Ironic's optional times: to the second, null when absent.
pub mod optional {
    use super::{Deserialize, Deserializer, Error, Serializer, Timestamp, read, to_text};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, out: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(instant) => out.serialize_str(&to_text(*instant)),
            None => out.serialize_none(),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// A text that is no RFC 3339 time.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(input)?;
        text.map(|t| read(&t).map_err(D::Error::custom)).transpose()
    }
}

/// Our own times: to the millisecond.
pub mod precise {
    use super::{Deserialize, Deserializer, Error, SecondsFormat, Serializer, Timestamp, read};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(at: &Timestamp, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, false))
    }

    /// Reads it.
    ///
    /// # Errors
    /// A text that is no RFC 3339 time.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Timestamp, D::Error> {
        read(&String::deserialize(input)?).map_err(D::Error::custom)
    }
}

/// Our own times where there may be none.
pub mod precise_optional {
    use super::{Deserialize, Deserializer, Error, Serializer, Timestamp, precise, read};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, out: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(instant) => precise::serialize(instant, out),
            None => out.serialize_none(),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// A text that is no RFC 3339 time.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(input)?;
        text.map(|t| read(&t).map_err(D::Error::custom)).transpose()
    }
}
