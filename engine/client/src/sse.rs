//! A decoder of server-sent events (WHATWG HTML, section 9.2.6): bytes in, messages out. Pure and bounded.

/// No message may be longer: an event is a few hundred bytes.
const LONGEST_MESSAGE: usize = 1 << 20;

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its type; empty when not named.
    pub event: String,
    /// Its data.
    pub data: String,
    /// Its id, where it has one.
    pub id: Option<String>,
}

/// The message is longer than allowed.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

/// Collects bytes into messages.
#[derive(Debug, Default)]
pub struct Decoder {
    line: Vec<u8>,
    message: Message,
    has_data: bool,
    after_carriage_return: bool,
}

impl Decoder {
    /// Takes bytes and appends the messages that they complete.
    ///
    /// # Errors
    /// A message beyond the bound; the decoder is then of no further use.
    pub fn take(&mut self, bytes: &[u8], messages: &mut Vec<Message>) -> Result<(), TooLong> {
        for byte in bytes {
            // CR LF is one line end, and may be cut in two by the network.
            let second_half = *byte == b'\n' && std::mem::take(&mut self.after_carriage_return);
            match byte {
                b'\n' if second_half => {}
                b'\n' | b'\r' => {
                    self.after_carriage_return = *byte == b'\r';
                    messages.extend(self.end_line());
                }
                other => {
                    self.after_carriage_return = false;
                    self.line.push(*other);
                }
            }
            if self.line.len() + self.message.data.len() > LONGEST_MESSAGE {
                return Err(TooLong);
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> Option<Message> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        if line.is_empty() {
            let complete = std::mem::take(&mut self.has_data);
            let message = std::mem::take(&mut self.message);
            return complete.then_some(message);
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        self.field(field, value.strip_prefix(' ').unwrap_or(value));
        None
    }

    fn field(&mut self, field: &str, value: &str) {
        match field {
            "event" => self.message.event = value.to_owned(),
            "id" if !value.contains('\0') => self.message.id = Some(value.to_owned()),
            "data" => {
                if self.has_data {
                    self.message.data.push('\n');
                }
                self.message.data.push_str(value);
                self.has_data = true;
            }
            // An empty name is a comment, as keep-alives are; other fields have no meaning here.
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const STREAM: &[u8] = b": hello\n\nevent: start\ndata: {\"cursor\":\"7\"}\n\nid: 8\r\nevent:x\r\ndata: a\r\ndata:b\r\n\r\nevent: none\n\ndata: late\n";

    fn decode(pieces: &[&[u8]]) -> Vec<Message> {
        let mut decoder = Decoder::default();
        let mut messages = Vec::new();
        for piece in pieces {
            decoder.take(piece, &mut messages).unwrap();
        }
        messages
    }

    #[test]
    fn messages_are_the_same_however_the_network_cuts_them() {
        let whole = decode(&[STREAM]);
        assert_eq!(whole.len(), 2);
        assert_eq!(
            (whole[0].event.as_str(), whole[0].data.as_str()),
            ("start", "{\"cursor\":\"7\"}")
        );
        assert_eq!(
            (whole[1].data.as_str(), whole[1].id.as_deref()),
            ("a\nb", Some("8"))
        );
        for cut in 0..STREAM.len() {
            assert_eq!(
                decode(&[&STREAM[..cut], &STREAM[cut..]]),
                whole,
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn a_message_without_end_is_refused() {
        let mut decoder = Decoder::default();
        let mut messages = Vec::new();
        let result = decoder.take(&vec![b'a'; LONGEST_MESSAGE + 1], &mut messages);
        assert_eq!(result, Err(TooLong));
        let mut decoder = Decoder::default();
        let lines = b"data: aaaaaaaa\n".repeat(LONGEST_MESSAGE / 8);
        assert_eq!(decoder.take(&lines, &mut messages), Err(TooLong));
    }
}
