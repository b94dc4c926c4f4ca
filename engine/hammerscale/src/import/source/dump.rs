//! Reads the text that mysqldump and mariadb-dump write: the columns from CREATE TABLE (or from the INSERT itself), the rows from
//! INSERT and REPLACE. It runs nothing and passes over every other statement.

use super::super::row::{Cell, Row};
use super::Sink;
use super::lexer::{DumpError, Lexer, Token};
use anyhow::{Context, Result, bail};
use flate2::bufread::MultiGzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// A table has at most so many columns.
const MOST_COLUMNS: usize = 512;
const BUFFER: usize = 256 * 1024;

/// Reads a dump file, packed with gzip or not.
pub fn scan_file(path: &Path, wanted: &[&'static str], sink: &mut Sink<'_>) -> Result<()> {
    let attempt = || format!("reading the dump {}", path.display());
    let file = File::open(path).with_context(attempt)?;
    let mut plain = BufReader::with_capacity(BUFFER, file);
    let packed = plain
        .fill_buf()
        .with_context(attempt)?
        .starts_with(&[0x1f, 0x8b]);
    let done = match packed {
        true => {
            let unpacked = BufReader::with_capacity(BUFFER, MultiGzDecoder::new(plain));
            scan(unpacked, wanted, sink)
        }
        false => scan(plain, wanted, sink),
    };
    done.with_context(attempt)
}

/// Reads a dump.
pub fn scan(from: impl BufRead, wanted: &[&'static str], sink: &mut Sink<'_>) -> Result<()> {
    let mut dump = Dump {
        lexer: Lexer::new(from),
        wanted,
        columns: BTreeMap::new(),
        database: None,
        found_in: None,
    };
    dump.read(sink)?;
    if dump.lexer.signed && !dump.lexer.last_comment.starts_with("Dump completed") {
        bail!("it is cut short: its last line does not say 'Dump completed'");
    }
    Ok(())
}

struct Dump<'a, R> {
    lexer: Lexer<R>,
    wanted: &'a [&'static str],
    columns: BTreeMap<&'static str, Vec<String>>,
    /// The database that USE named last.
    database: Option<String>,
    /// The database in which the first wanted table stood.
    found_in: Option<Option<String>>,
}

impl<R: BufRead> Dump<'_, R> {
    fn read(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        loop {
            let word = match self.lexer.token()? {
                Token::End => return Ok(()),
                Token::Sign(b';') => continue,
                Token::Word(word) => word.to_ascii_uppercase(),
                _ => String::new(),
            };
            match word.as_str() {
                "INSERT" | "REPLACE" => self.insert(sink)?,
                "CREATE" => self.create()?,
                "USE" => self.database = Some(self.name()?),
                "DELIMITER" => self.routine()?,
                _ => self.skip_statement()?,
            }
        }
    }

    /// Passes over the rest of a statement.
    fn skip_statement(&mut self) -> Result<(), DumpError> {
        self.lexer.skipping = true;
        let done = loop {
            match self.lexer.token() {
                Ok(Token::Sign(b';')) => break Ok(()),
                Ok(Token::End) => break Err(DumpError::CutShort),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        self.lexer.skipping = false;
        done
    }

    /// Triggers and routines hold statements of their own between two DELIMITER lines.
    fn routine(&mut self) -> Result<(), DumpError> {
        if self.lexer.line()? == ";" {
            return Ok(());
        }
        // A dump ends its routines with this line; one that does not is cut short, which its last line tells.
        for _ in 0..1_000_000 {
            if self.lexer.line()?.eq_ignore_ascii_case("DELIMITER ;") {
                return Ok(());
            }
        }
        Err(self.lexer.wrong("a routine does not end"))
    }

    fn name(&mut self) -> Result<String, DumpError> {
        match self.lexer.token()? {
            Token::Name(name) | Token::Word(name) => Ok(name),
            Token::End => Err(DumpError::CutShort),
            _ => Err(self.lexer.wrong("a name was expected")),
        }
    }

    fn wanted(&self, table: &str) -> Option<&'static str> {
        self.wanted.iter().copied().find(|it| *it == table)
    }

    /// Other OpenStack services have tables of the same names.
    fn one_database(&mut self) -> Result<()> {
        let here = self.database.clone();
        match &self.found_in {
            None => self.found_in = Some(here),
            Some(before) if *before != here => {
                let name = |it: &Option<String>| it.clone().unwrap_or_else(|| "unnamed".into());
                bail!(
                    "it holds several databases ({} and {}): dump Ironic's alone",
                    name(before),
                    name(&here)
                );
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// CREATE TABLE: a column begins with its name in backquotes, everything else with a word.
    fn create(&mut self) -> Result<()> {
        let is_table =
            matches!(self.lexer.token()?, Token::Word(word) if word.eq_ignore_ascii_case("TABLE"));
        if !is_table {
            return Ok(self.skip_statement()?);
        }
        let table = loop {
            match self.lexer.token()? {
                Token::Name(name) => break name,
                Token::Word(word)
                    if ["IF", "NOT", "EXISTS"].contains(&word.to_ascii_uppercase().as_str()) => {}
                Token::Word(word) => break word,
                Token::End => return Err(DumpError::CutShort.into()),
                _ => return Ok(self.skip_statement()?),
            }
        };
        let Some(table) = self.wanted(&table) else {
            return Ok(self.skip_statement()?);
        };
        self.one_database()?;
        let columns = self.table_columns()?;
        self.columns.insert(table, columns);
        Ok(self.skip_statement()?)
    }

    fn table_columns(&mut self) -> Result<Vec<String>, DumpError> {
        let (mut depth, mut begins, mut columns) = (0u32, false, Vec::new());
        loop {
            match self.lexer.token()? {
                Token::Sign(b'(') => {
                    depth += 1;
                    begins = depth == 1;
                    continue;
                }
                Token::Sign(b')') => depth = depth.saturating_sub(1),
                Token::Sign(b',') => {
                    begins = depth == 1;
                    continue;
                }
                Token::Name(name) if begins => columns.push(name),
                Token::End => return Err(DumpError::CutShort),
                _ => {}
            }
            begins = false;
            if columns.len() > MOST_COLUMNS {
                return Err(self.lexer.wrong("a table has too many columns"));
            }
            if depth == 0 {
                return Ok(columns);
            }
        }
    }

    fn insert(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        let table = loop {
            match self.lexer.token()? {
                Token::Name(name) => break name,
                Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                    "INTO" | "IGNORE" | "DELAYED" | "LOW_PRIORITY" | "HIGH_PRIORITY" => {}
                    _ => break word,
                },
                _ => return Err(self.lexer.wrong("a table's name was expected").into()),
            }
        };
        let Some(table) = self.wanted(&table) else {
            return Ok(self.skip_statement()?);
        };
        self.one_database()?;
        let mut columns = self.columns.get(table).cloned().unwrap_or_default();
        loop {
            match self.lexer.token()? {
                Token::Sign(b'(') => columns = self.names()?,
                Token::Word(word) if word.eq_ignore_ascii_case("VALUES") => break,
                Token::Word(word) if word.eq_ignore_ascii_case("VALUE") => break,
                _ => return Err(self.lexer.wrong("VALUES was expected").into()),
            }
        }
        if columns.is_empty() {
            let what = format!(
                "rows of '{table}' come before its CREATE TABLE and name no columns: dump with --complete-insert"
            );
            return Err(self.lexer.wrong(what).into());
        }
        self.rows(table, &columns, sink)
    }

    fn names(&mut self) -> Result<Vec<String>, DumpError> {
        let mut names = Vec::new();
        loop {
            names.push(self.name()?);
            match self.lexer.token()? {
                Token::Sign(b',') if names.len() < MOST_COLUMNS => {}
                Token::Sign(b')') => return Ok(names),
                _ => return Err(self.lexer.wrong("a list of columns was expected")),
            }
        }
    }

    fn rows(&mut self, table: &'static str, columns: &[String], sink: &mut Sink<'_>) -> Result<()> {
        loop {
            match self.lexer.token()? {
                Token::Sign(b'(') => {
                    let cells = self.cells(table, columns.len())?;
                    sink(table, Row::new(columns.iter().cloned().zip(cells)))?;
                }
                Token::Sign(b',') => {}
                Token::Sign(b';') => return Ok(()),
                Token::End => return Err(DumpError::CutShort.into()),
                Token::Word(word) if word.eq_ignore_ascii_case("ON") => {
                    return Ok(self.skip_statement()?);
                }
                _ => return Err(self.lexer.wrong("a row was expected").into()),
            }
        }
    }

    fn cells(&mut self, table: &str, count: usize) -> Result<Vec<Cell>, DumpError> {
        let mut cells = Vec::with_capacity(count);
        loop {
            cells.push(self.cell()?);
            match self.lexer.token()? {
                Token::Sign(b',') if cells.len() < count => {}
                Token::Sign(b')') if cells.len() == count => return Ok(cells),
                Token::End => return Err(DumpError::CutShort),
                _ => {
                    let what = format!("a row of '{table}' does not have its {count} columns");
                    return Err(self.lexer.wrong(what));
                }
            }
        }
    }

    fn cell(&mut self) -> Result<Cell, DumpError> {
        match self.lexer.token()? {
            Token::Text(bytes) => Ok(Cell::from_bytes(bytes)),
            Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                "NULL" => Ok(Cell::Null),
                "TRUE" => Ok(Cell::Integer(1)),
                "FALSE" => Ok(Cell::Integer(0)),
                // An introducer such as _binary or _utf8mb4 stands before the text.
                upper if upper.starts_with('_') => match self.lexer.token()? {
                    Token::Text(bytes) => Ok(Cell::from_bytes(bytes)),
                    _ => Err(self.lexer.wrong("a text was expected")),
                },
                _ => match word.parse() {
                    Ok(number) => Ok(Cell::Integer(number)),
                    Err(_) if word.parse::<f64>().is_ok() => Ok(Cell::Text(word)),
                    Err(_) => Err(self.lexer.wrong("a value was expected")),
                },
            },
            Token::End => Err(DumpError::CutShort),
            _ => Err(self.lexer.wrong("a value was expected")),
        }
    }
}

#[cfg(test)]
mod tests;
