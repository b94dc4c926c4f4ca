//! Patterns, also hostile ones: the same texts contain them on both databases, page by page in every order.

use crate::place::Place;
use crate::records::*;
use ports::query::{NodeQuery, PortQuery, SortDirection};
use ports::store::Store as _;
use store::SqlStore;

on_both!(
    the_same_texts_contain_a_pattern,
    what_a_pattern_finds_comes_in_pages,
    ports_are_searched_too,
    patterns_that_nearly_match_find_what_is_there,
);

/// Texts with all that could matter: cases, what patterns are made of, more than one byte a character, quotes, and the null character.
const TEXTS: &[&str] = &[
    "",
    "a",
    "A_b",
    "a%B",
    "abab",
    "aXbXc",
    r"back\slash",
    r"back\\slash",
    "o'brien \"x\" ?$1",
    "\u{c4}pfel, STRA\u{df}E",
    "\u{e4}pfel stra\u{1e9e}e",
    "I\u{130}\u{131}i",
    "\u{212a}elvin kelvin",
    "e\u{301} \u{e9}",
    "\u{1f600}\u{1f601}",
    "line\nbreak\ttab",
    "null \u{0} character",
    "\u{ffff} \u{fffd} \u{feff}",
    "%%__%%",
    "ab ab abc",
];

const PATTERNS: &[&str] = &[
    "",
    "%",
    "%%%",
    "_",
    "__",
    "_%_",
    "a",
    "B",
    "ab%c",
    "a_b",
    "a__b",
    "%b%a%",
    "b%b%b%b",
    "_\u{301}",
    r"\",
    r"\\",
    r"\%",
    r"k\_",
    r"k_s",
    "'",
    "\"",
    "?",
    "$1",
    "\u{c4}",
    "\u{e4}PFEL",
    "\u{df}e",
    "ss",
    "i",
    "K",
    "\u{1f600}",
    "\u{1f600}_",
    "\n",
    "k_t",
    "\u{0}",
    "l _ c",
    "\u{fffd}",
    "]",
    "[a-z]",
    "a.*b",
    "^a",
];

/// What `LIKE '%pattern%'` says, by its definition: what is left of the pattern, tried everywhere.
fn contains(text: &str, pattern: &str) -> bool {
    // A null character is searched for as what columns have in its place.
    let plain = |text: &str| -> Vec<char> {
        let replaced = text.replace('\0', "\u{fffd}").to_ascii_lowercase();
        replaced.chars().collect()
    };
    let (text, pattern) = (plain(text), plain(pattern));
    // Which beginnings of the text are matched by what was read of the pattern so far.
    let mut ends = vec![true; text.len() + 1];
    for c in pattern {
        let before = ends.clone();
        for at in 0..=text.len() {
            ends[at] = match c {
                '%' => before[..=at].contains(&true),
                _ => at > 0 && before[at - 1] && (c == '_' || text[at - 1] == c),
            };
        }
    }
    ends.contains(&true)
}

fn query(pattern: &str) -> NodeQuery {
    NodeQuery {
        description_contains: Some(pattern.to_owned()),
        ..all(1_000)
    }
}

async fn found(store: &SqlStore, query: &NodeQuery) -> Vec<u32> {
    let found = store.nodes(query).await.unwrap();
    let numbers = found.iter().map(|node| node.uuid.as_u128() as u32);
    numbers.collect()
}

async fn add(store: &SqlStore, number: u32, description: &str) {
    let mut node = node(number);
    node.description = Some(description.to_owned());
    store.create_node(node, Vec::new()).await.unwrap();
}

async fn the_same_texts_contain_a_pattern(place: Place) {
    let store = place.open().await;
    for (number, text) in (0..).zip(TEXTS) {
        add(&store, number, text).await;
    }
    store.create_node(node(1_000), Vec::new()).await.unwrap();
    for pattern in PATTERNS {
        let wanted = (0..).zip(TEXTS).filter(|(_, text)| contains(text, pattern));
        let wanted: Vec<u32> = wanted.map(|(number, _)| number).collect();
        assert_eq!(found(&store, &query(pattern)).await, wanted, "{pattern:?}");
    }
}

async fn what_a_pattern_finds_comes_in_pages(place: Place) {
    let store = place.open().await;
    let mut wanted: Vec<u32> = Vec::new();
    for number in 0..900 {
        let fits = number * 7 % 5 < 2;
        wanted.extend(fits.then_some(number));
        let word = if fits { "fits" } else { "other" };
        add(&store, number, &format!("{} {word}", 900 - number)).await;
    }
    wanted.sort_by_key(|number| (900 - number).to_string());
    for direction in [SortDirection::Ascending, SortDirection::Descending] {
        let mut query = query("F_t%");
        query.page.sort_key = Some("description".to_owned());
        query.page.sort_direction = direction;
        query.page.limit = 77;
        let mut seen = Vec::new();
        loop {
            let page = found(&store, &query).await;
            assert!(page.len() <= 77);
            let Some(last) = page.last() else { break };
            query.page.marker = Some(node(*last).uuid);
            seen.extend(page);
        }
        assert_eq!(seen, wanted);
        wanted.reverse();
    }
    let mut none = query("f_t");
    none.page.limit = 0;
    assert!(found(&store, &none).await.is_empty());
    // With other criteria.
    let mut named = query("f_t%");
    named.driver = Some("no-such".to_owned());
    assert!(found(&store, &named).await.is_empty());
}

async fn ports_are_searched_too(place: Place) {
    let store = place.open().await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    for (number, text) in [(1, "Uplink 1"), (2, "uplink 2"), (3, "storage")] {
        let mut port = port(number, node(1).uuid);
        port.description = Some(text.to_owned());
        store.create_port(port).await.unwrap();
    }
    let query = PortQuery {
        page: all(10).page,
        description_contains: Some("P_ink%2".to_owned()),
        ..PortQuery::default()
    };
    let found = store.ports(&query).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].description.as_deref(), Some("uplink 2"));
}

/// Patterns for which a plain search begins anew at every character of the text.
async fn patterns_that_nearly_match_find_what_is_there(place: Place) {
    let store = place.open().await;
    let text = "a".repeat(4_096);
    let work = (0..100).map(|number| add(&store, number, &text));
    futures::future::join_all(work).await;
    let half = "a".repeat(2_047);
    for pattern in [
        format!("{half}b"),
        format!("b{half}"),
        format!("{}b", "a%".repeat(2_047)),
        format!("{}b", "a_".repeat(1_023)),
        format!("{}%b", "_a%".repeat(1_000)),
        format!("{}b", "_".repeat(4_095)),
        format!("%{half}%b%{half}%"),
    ] {
        let all = found(&store, &query(&pattern)).await;
        assert!(all.is_empty(), "{}", &pattern[..20]);
    }
    assert_eq!(found(&store, &query(&text)).await.len(), 100);
}
