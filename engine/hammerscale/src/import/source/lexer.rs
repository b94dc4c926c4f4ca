//! Words, texts and signs of a MariaDB or MySQL dump, one at a time from a stream. Bounded: a dump of any length needs no more memory
//! than its longest single value.

use std::io::{self, BufRead};

/// The longest value, in bytes: MySQL's largest packet is 1 GiB, an Ironic row is far smaller.
const LONGEST_VALUE: usize = 64 << 20;
/// The longest word or name, in bytes.
const LONGEST_WORD: usize = 1024;

/// Why a dump cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The file could not be read.
    #[error("reading the dump")]
    Read(#[from] io::Error),
    /// It ends in the middle of a statement.
    #[error("the dump is cut short: it ends in the middle of a statement")]
    CutShort,
    /// It is not what a dump looks like there.
    #[error("byte {at} of the dump: {what}")]
    Form {
        /// Where.
        at: u64,
        /// What is wrong.
        what: String,
    },
}

/// A piece of a dump.
#[derive(Debug, PartialEq)]
pub enum Token {
    /// A bare word, or a number.
    Word(String),
    /// A name in backquotes.
    Name(String),
    /// A text in quotes, its escapes resolved.
    Text(Vec<u8>),
    /// A sign.
    Sign(u8),
    /// The end of the file.
    End,
}

/// Splits a stream into tokens.
pub struct Lexer<R> {
    from: R,
    at: u64,
    /// Texts are passed over instead of being kept.
    pub skipping: bool,
    /// What the last comment line said, cut.
    pub last_comment: String,
    /// Whether a comment said which program wrote the dump.
    pub signed: bool,
}

impl<R: BufRead> Lexer<R> {
    /// Of this stream.
    pub fn new(from: R) -> Self {
        Self {
            from,
            at: 0,
            skipping: false,
            last_comment: String::new(),
            signed: false,
        }
    }

    /// What is wrong here.
    pub fn wrong(&self, what: impl Into<String>) -> DumpError {
        DumpError::Form {
            at: self.at,
            what: what.into(),
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, DumpError> {
        loop {
            match self.from.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn next(&mut self) -> Result<Option<u8>, DumpError> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.from.consume(1);
            self.at += 1;
        }
        Ok(byte)
    }

    fn must(&mut self) -> Result<u8, DumpError> {
        self.next()?.ok_or(DumpError::CutShort)
    }

    /// The next token; comments and blanks are passed over.
    pub fn token(&mut self) -> Result<Token, DumpError> {
        loop {
            let Some(byte) = self.next()? else {
                return Ok(Token::End);
            };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'#' => self.comment_line()?,
                b'-' if self.peek()? == Some(b'-') => self.comment_line()?,
                b'/' if self.peek()? == Some(b'*') => self.comment_block()?,
                b'\'' | b'"' => return Ok(Token::Text(self.text(byte)?)),
                b'`' => return self.name(),
                byte if is_word(byte) => return self.word(byte),
                byte => return Ok(Token::Sign(byte)),
            }
        }
    }

    /// The rest of the line.
    pub fn line(&mut self) -> Result<String, DumpError> {
        let mut line = Vec::new();
        while let Some(byte) = self.next()? {
            if byte == b'\n' {
                break;
            }
            if line.len() < LONGEST_WORD {
                line.push(byte);
            }
        }
        Ok(String::from_utf8_lossy(&line).trim().to_owned())
    }

    fn comment_line(&mut self) -> Result<(), DumpError> {
        let comment = self.line()?;
        let comment = comment.trim_start_matches(['-', ' ']).to_owned();
        if !comment.is_empty() {
            self.signed |=
                comment.starts_with("MySQL dump ") || comment.starts_with("MariaDB dump ");
            self.last_comment = comment;
        }
        Ok(())
    }

    /// What MySQL would run of a comment (`/*!40101 ... */`) concerns its own settings only.
    fn comment_block(&mut self) -> Result<(), DumpError> {
        let mut before = 0;
        self.must()?;
        loop {
            let byte = self.must()?;
            if before == b'*' && byte == b'/' {
                return Ok(());
            }
            before = byte;
        }
    }

    fn text(&mut self, quote: u8) -> Result<Vec<u8>, DumpError> {
        let mut text = Vec::new();
        loop {
            let byte = match self.must()? {
                b'\\' => match self.must()? {
                    b'0' => 0,
                    b'b' => 8,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'Z' => 26,
                    other => other,
                },
                byte if byte == quote => match self.peek()? {
                    Some(next) if next == quote => self.must()?,
                    _ => return Ok(text),
                },
                byte => byte,
            };
            if self.skipping {
                continue;
            }
            if text.len() == LONGEST_VALUE {
                return Err(self.wrong("a value is longer than 64 MiB"));
            }
            text.push(byte);
        }
    }

    fn name(&mut self) -> Result<Token, DumpError> {
        let mut name = Vec::new();
        loop {
            match self.must()? {
                b'`' if self.peek()? == Some(b'`') => name.push(self.must()?),
                b'`' => break,
                byte => name.push(byte),
            }
            if name.len() > LONGEST_WORD {
                return Err(self.wrong("a name is too long"));
            }
        }
        let name = String::from_utf8(name).map_err(|_| self.wrong("a name is not UTF-8"))?;
        Ok(Token::Name(name))
    }

    fn word(&mut self, first: u8) -> Result<Token, DumpError> {
        let mut word = vec![first];
        while let Some(byte) = self.peek()?.filter(|byte| is_word(*byte)) {
            word.push(byte);
            self.next()?;
            if word.len() > LONGEST_WORD && !is_hex(&word) {
                return Err(self.wrong("a word is too long"));
            }
            if word.len() > LONGEST_VALUE {
                return Err(self.wrong("a value is longer than 64 MiB"));
            }
        }
        // x'4D', b'1', n'text'
        if word.len() == 1 && self.peek()? == Some(b'\'') {
            self.next()?;
            let text = self.text(b'\'')?;
            return self.prefixed(first, text);
        }
        if is_hex(&word) && !self.skipping {
            return self.hex(&word[2..]);
        }
        let word = String::from_utf8(word).map_err(|_| self.wrong("a word is not UTF-8"))?;
        Ok(Token::Word(word))
    }

    fn prefixed(&self, prefix: u8, text: Vec<u8>) -> Result<Token, DumpError> {
        match prefix.to_ascii_lowercase() {
            b'x' => self.hex(&text),
            b'n' => Ok(Token::Text(text)),
            b'b' => bits(&text)
                .map(Token::Text)
                .ok_or_else(|| self.wrong("a bit value has other digits than 0 and 1")),
            _ => Err(self.wrong("a text has a prefix that is not known")),
        }
    }

    fn hex(&self, digits: &[u8]) -> Result<Token, DumpError> {
        hex::decode(digits)
            .map(Token::Text)
            .map_err(|_| self.wrong("a hexadecimal value has other digits"))
    }
}

/// Numbers count as words: their signs and points too.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_$@.+-".contains(&byte) || byte >= 0x80
}

fn is_hex(word: &[u8]) -> bool {
    word.starts_with(b"0x") || word.starts_with(b"0X")
}

/// Big-endian bytes of the digits.
fn bits(digits: &[u8]) -> Option<Vec<u8>> {
    if digits.is_empty() || digits.len() > 64 {
        return None;
    }
    let text = std::str::from_utf8(digits).ok()?;
    let value = u64::from_str_radix(text, 2).ok()?;
    let bytes = value.to_be_bytes();
    Some(bytes[8 - digits.len().div_ceil(8)..].to_vec())
}
