//! Searching texts of PostgreSQL's rows for a pattern. The server's own search takes time that grows with the text's length times the
//! pattern's; here the texts alone are fetched, some at a time, and searched by what SQLite is taught. The same pattern finds the same on both.

use crate::database::{Cell, Session, Unread, without_nul};
use crate::pattern::Pattern;
use sqlx::AssertSqlSafe;

/// The condition that a row is one of those that were found.
pub(crate) const ONE_OF_THESE: &str =
    "id = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)::bigint))";

/// Texts fetched at a time. The statement is one for all lists: what it gives has always the same shape.
const FETCH: &str = "FETCH 250 FROM searched";

/// A pattern, and the column whose texts are searched for it.
pub(crate) struct Sought {
    column: &'static str,
    pattern: Pattern,
}

impl Sought {
    pub(crate) fn new(column: &'static str, pattern: &str) -> Self {
        let pattern = Pattern::parse(&without_nul(pattern));
        Self { column, pattern }
    }

    /// The first so many rows that contain it, by their numbers: a value for [`ONE_OF_THESE`]. `rows` says where rows come from and in which
    /// order, with these values; the session is in a transaction.
    pub(crate) async fn among(
        self,
        session: &mut Session<'_>,
        rows: &str,
        cells: Vec<Cell>,
        most: usize,
    ) -> Result<Cell, Unread> {
        let column = self.column;
        let sql =
            format!("DECLARE searched NO SCROLL CURSOR FOR SELECT id, {column} AS text {rows}");
        session.execute(AssertSqlSafe(sql), cells).await?;
        let mut found: Vec<i64> = Vec::new();
        while found.len() < most {
            let batch = session.rows(FETCH, Vec::new()).await?;
            for row in &batch {
                if self.pattern.is_in(row.text(1)?) {
                    found.push(row.get(0)?);
                }
            }
            if batch.is_empty() {
                break;
            }
        }
        found.truncate(most);
        Ok(serde_json::json!(found).to_string().into())
    }
}
