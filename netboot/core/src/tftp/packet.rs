//! TFTP packets as bytes and back. It knows no files: a name is only text until the shell finds it in its map.

const READ: u16 = 1;
const WRITE: u16 = 2;
pub(super) const DATA: u16 = 3;
pub(super) const ACK: u16 = 4;
pub(super) const ERROR: u16 = 5;
pub(super) const OPTIONS_ACK: u16 = 6;

/// The longest request that is read; firmware's are under 200 bytes.
const MAX_REQUEST: usize = 512;

/// Error codes of RFC 1350 and 2347.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// Not defined; the message says more.
    NotDefined,
    /// No such file.
    NotFound,
    /// Not allowed.
    Access,
    /// Not a TFTP operation that is served.
    Illegal,
}

impl ErrorCode {
    fn code(self) -> u16 {
        match self {
            Self::NotDefined => 0,
            Self::NotFound => 1,
            Self::Access => 2,
            Self::Illegal => 4,
        }
    }
}

/// An error packet with a fixed message.
pub fn error_packet(code: ErrorCode, message: &'static str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.len() + 5);
    bytes.extend(ERROR.to_be_bytes());
    bytes.extend(code.code().to_be_bytes());
    bytes.extend(message.as_bytes());
    bytes.push(0);
    bytes
}

/// Why a first packet starts no transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not a whole request: it gets no answer.
    #[error("not a TFTP request")]
    Malformed,
    /// A write request.
    #[error("writing is not served")]
    Write,
    /// Another mode than octet.
    #[error("only octet mode is served")]
    Mode,
}

/// A read request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The name, without a leading slash.
    pub file: String,
    /// Block size asked for (RFC 2348).
    pub block_size: Option<u16>,
    /// The size was asked for (RFC 2349).
    pub size: bool,
    /// Seconds between retransmissions asked for (RFC 2349).
    pub timeout: Option<u8>,
    /// Window size asked for (RFC 7440).
    pub window: Option<u16>,
}

/// Reads the first packet of a client. Options that make no sense are passed over, as RFC 2347 wants.
///
/// # Errors
/// When it is not a read request in octet mode.
pub fn parse_request(bytes: &[u8]) -> Result<Request, RequestError> {
    let (code, rest) = bytes
        .split_first_chunk::<2>()
        .ok_or(RequestError::Malformed)?;
    match u16::from_be_bytes(*code) {
        READ if bytes.len() <= MAX_REQUEST => {}
        WRITE => return Err(RequestError::Write),
        _ => return Err(RequestError::Malformed),
    }
    // Every text ends with a zero byte; what stands behind the last one is not text.
    let end = rest
        .iter()
        .rposition(|b| *b == 0)
        .ok_or(RequestError::Malformed)?;
    let mut texts = rest[..end]
        .split(|b| *b == 0)
        .map(|t| std::str::from_utf8(t).ok());
    let file = texts
        .next()
        .flatten()
        .filter(|t| !t.is_empty())
        .ok_or(RequestError::Malformed)?;
    let mode = texts.next().flatten().ok_or(RequestError::Malformed)?;
    if !mode.eq_ignore_ascii_case("octet") {
        return Err(RequestError::Mode);
    }
    let file = file.strip_prefix('/').unwrap_or(file).to_owned();
    let mut request = Request {
        file,
        block_size: None,
        size: false,
        timeout: None,
        window: None,
    };
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        if let (Some(name), Some(value)) = (name, value) {
            request.option(name, value);
        }
    }
    Ok(request)
}

impl Request {
    fn option(&mut self, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "blksize" => self.block_size = value.parse().ok().filter(|size| *size >= 8),
            "tsize" => self.size = value.parse::<u64>().is_ok(),
            "timeout" => self.timeout = value.parse().ok().filter(|seconds| *seconds >= 1),
            "windowsize" => self.window = value.parse().ok().filter(|size| *size >= 1),
            _ => {}
        }
    }
}
