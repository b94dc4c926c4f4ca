//! Building list queries: criteria, paging by a marker's values, order. Values go in as parameters only.

use crate::column::Column;
use crate::database::{Cell, Pool, Session, Unread};
use crate::pattern;
use crate::sought::{self, Sought};
use ports::query::{Page, SortDirection};
use ports::store::StoreError;
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};
use uuid::Uuid;

/// A `WHERE` under construction, with its parameters.
#[derive(Default)]
pub(crate) struct Select {
    conditions: Vec<String>,
    cells: Vec<Cell>,
    /// What the rows are searched for here, because the database cannot.
    sought: Option<Sought>,
}

impl Select {
    /// Adds a condition; each `?` in it takes the next of the values.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Cell>) {
        let mut values = values.into_iter();
        let mut text = String::with_capacity(condition.len() + 8);
        for c in condition.chars() {
            if c == '?' {
                self.cells.extend(values.next());
                text.push_str(&format!("${}", self.cells.len()));
            } else {
                text.push(c);
            }
        }
        self.conditions.push(text);
    }

    /// Adds `column = value` where a value is asked for.
    pub(crate) fn equal(&mut self, column: &'static str, value: Option<impl Into<Cell>>) {
        if let Some(value) = value {
            self.and(&format!("{column} = ?"), [value.into()]);
        }
    }

    /// Adds that a column is set, or is not.
    pub(crate) fn set(&mut self, column: &'static str, wanted: Option<bool>) {
        match wanted {
            Some(true) => self.and(&format!("{column} IS NOT NULL"), []),
            Some(false) => self.and(&format!("{column} IS NULL"), []),
            None => {}
        }
    }

    /// Adds that a text of at most `longest` characters contains a pattern.
    pub(crate) fn contains(
        &mut self,
        pool: &Pool,
        column: &'static str,
        longest: usize,
        pattern: Option<&String>,
    ) {
        match pattern {
            None => {}
            Some(pattern) if pattern::least(pattern) > longest => self.and("1 = 0", []),
            Some(pattern) => match pool {
                Pool::Sqlite(_) => {
                    let condition = format!("{}({column}, ?)", pattern::FUNCTION);
                    self.and(&condition, [pattern.as_str().into()]);
                }
                Pool::Postgres(_) => {
                    let condition = format!("char_length({column}) >= ?");
                    self.and(&condition, [pattern::least(pattern).into()]);
                    self.sought = Some(Sought::new(column, pattern));
                }
            },
        }
    }

    /// Adds that an expression is one of the words; no words are no condition.
    pub(crate) fn one_of(&mut self, pool: &Pool, expression: &str, words: &[String]) {
        if !words.is_empty() {
            let (condition, cell) = pool.one_of(expression, words);
            self.and(&condition, [cell]);
        }
    }

    /// Adds that what belongs to a node belongs to one with one of the words in this column; no words are no condition.
    pub(crate) fn node_one_of(&mut self, pool: &Pool, column: &str, words: &[String]) {
        if !words.is_empty() {
            let (condition, cell) = pool.one_of(column, words);
            let nodes = format!("node IN (SELECT uuid FROM nodes WHERE {condition})");
            self.and(&nodes, [cell]);
        }
    }

    /// What is asked of the database for a page.
    pub(crate) fn page(self, table: Listing, page: &Page) -> Ask {
        Ask::Page(Box::new((self, table, page.clone())))
    }

    /// Finishes: `SELECT {what} FROM {table}`, with the page's place, order and length.
    async fn statement(
        mut self,
        session: &mut Session<'_>,
        table: &Listing,
        page: &Page,
    ) -> Result<(SqlStr, Vec<Cell>), Unread> {
        let column = table.sort.as_deref();
        if let Some((name, word)) = table.within {
            self.equal(name, Some(word));
        }
        let descending = page.sort_direction == SortDirection::Descending;
        if let Some(marker) = page.marker {
            let place = table.place_of(session, marker).await?;
            self.after(table.name, column, descending, place);
        }
        let order = order(column, descending);
        if let Some(sought) = self.sought.take() {
            let cells = std::mem::take(&mut self.cells);
            let rows = format!("FROM {}{} ORDER BY {order}", table.name, self.filter());
            let found = sought.among(session, &rows, cells, page.limit).await?;
            self = Self::default();
            self.and(sought::ONE_OF_THESE, [found]);
        }
        self.cells.push(page.limit.into());
        let sql = format!(
            "SELECT {} FROM {}{} ORDER BY {order} LIMIT ${}",
            table.what,
            table.name,
            self.filter(),
            self.cells.len()
        );
        Ok((AssertSqlSafe(sql).into_sql_str(), self.cells))
    }

    fn filter(&self) -> String {
        match self.conditions.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", self.conditions.join(" AND ")),
        }
    }

    /// Only rows behind the marker. Unset values are smaller than all others, as [`order`] has it.
    fn after(&mut self, table: &str, column: Option<&str>, descending: bool, place: Place) {
        let beyond = if descending { "<" } else { ">" };
        let Some(column) = column else {
            return self.and(&format!("id {beyond} ?"), [place.id.into()]);
        };
        let value = format!("(SELECT {column} FROM {table} WHERE id = ?)");
        let id = || Cell::from(place.id);
        match (place.unset, descending) {
            (true, false) => self.and(&format!("({column} IS NOT NULL OR id > ?)"), [id()]),
            (true, true) => self.and(&format!("({column} IS NULL AND id < ?)"), [id()]),
            (false, false) => self.and(
                &format!("({column} > {value} OR ({column} = {value} AND id > ?))"),
                [id(), id(), id()],
            ),
            (false, true) => self.and(
                &format!(
                    "({column} < {value} OR ({column} = {value} AND id < ?) OR {column} IS NULL)"
                ),
                [id(), id(), id()],
            ),
        }
    }
}

/// A list that is asked of the database.
pub(crate) enum Ask {
    /// By a statement.
    Plain(&'static str, Vec<Cell>),
    /// A page: where it begins is looked up first.
    Page(Box<(Select, Listing, Page)>),
}

impl Ask {
    /// The statement that reads it, and its values.
    pub(crate) async fn statement(
        self,
        session: &mut Session<'_>,
    ) -> Result<(SqlStr, Vec<Cell>), Unread> {
        match self {
            Self::Plain(sql, cells) => Ok((sql.into_sql_str(), cells)),
            Self::Page(asked) => {
                let (select, listing, page) = *asked;
                select.statement(session, &listing, &page).await
            }
        }
    }
}

/// Where a marker stands.
struct Place {
    id: i64,
    /// Whether its value of the sorted column is unset.
    unset: bool,
}

/// A table that can be listed.
pub(crate) struct Table<T: 'static> {
    pub(crate) name: &'static str,
    /// What the rows are called in messages.
    pub(crate) noun: &'static str,
    pub(crate) what: &'static str,
    pub(crate) columns: &'static [Column<T>],
}

impl<T> Table<T> {
    /// The table, to be listed in the page's order.
    pub(crate) fn listing(&self, page: &Page) -> Result<Listing, StoreError> {
        Ok(Listing {
            name: self.name,
            noun: self.noun,
            what: self.what,
            sort: self.sort_column(page)?.map(str::to_owned),
            within: None,
        })
    }

    fn sort_column(&self, page: &Page) -> Result<Option<&'static str>, StoreError> {
        let Some(key) = page.sort_key.as_deref().filter(|key| *key != "id") else {
            return Ok(None);
        };
        self.columns
            .iter()
            .find(|column| column.sort_key == Some(key))
            .map(|column| Some(column.name))
            .ok_or_else(|| StoreError::SortKey(key.to_owned()))
    }
}

/// What is listed, and by what it is sorted.
pub(crate) struct Listing {
    pub(crate) name: &'static str,
    /// What the rows are called in messages.
    pub(crate) noun: &'static str,
    pub(crate) what: &'static str,
    /// A column or an expression over columns; none is the order of creation.
    pub(crate) sort: Option<String>,
    /// A column and the word that it has in all rows that count.
    pub(crate) within: Option<(&'static str, &'static str)>,
}

impl Listing {
    async fn place_of(&self, session: &mut Session<'_>, marker: Uuid) -> Result<Place, Unread> {
        let mut cells = vec![marker.into()];
        let within = match self.within {
            Some((name, word)) => {
                cells.push(word.into());
                format!(" AND {name} = $2")
            }
            None => String::new(),
        };
        let sql = format!(
            "SELECT id, {} IS NULL FROM {} WHERE uuid = $1{within}",
            self.sort.as_deref().unwrap_or("id"),
            self.name
        );
        let row = session.row(AssertSqlSafe(sql), cells).await?;
        let row = row.ok_or_else(|| StoreError::NotFound {
            what: self.noun,
            value: marker.to_string(),
        })?;
        Ok(Place {
            id: row.get(0)?,
            unset: row.get(1)?,
        })
    }
}

/// Unset values first, then by value, then by creation; descending is exactly the reverse.
fn order(column: Option<&str>, descending: bool) -> String {
    match (column, descending) {
        (None, false) => "id ASC".to_owned(),
        (None, true) => "id DESC".to_owned(),
        (Some(column), false) => format!("{column} ASC NULLS FIRST, id ASC"),
        (Some(column), true) => format!("{column} DESC NULLS LAST, id DESC"),
    }
}
