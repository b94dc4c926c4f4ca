//! Dumps as mysqldump and mariadb-dump write them, whole, cut and damaged.
#![allow(clippy::unwrap_used)]

use super::*;

type Rows = Vec<(&'static str, Row)>;

fn read(text: &[u8]) -> Result<Rows> {
    let mut rows = Vec::new();
    scan(text, &["nodes", "ports"], &mut |table, row| {
        rows.push((table, row));
        Ok(())
    })?;
    Ok(rows)
}

fn refused(text: &str) -> String {
    format!("{:#}", read(text.as_bytes()).err().unwrap())
}

const HEAD: &str = "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n--\n\
/*!40101 SET NAMES utf8mb4 */;\nDROP TABLE IF EXISTS `nodes`;\nCREATE TABLE `nodes` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  \
`price` decimal(5,2) DEFAULT '1,5',\n  `kind` enum('a','b') COMMENT 'a `quoted`, note',\n  `last_error` longtext DEFAULT NULL,\n  \
PRIMARY KEY (`id`),\n  UNIQUE KEY `u` (`price`,`kind`),\n  CONSTRAINT `c` FOREIGN KEY (`id`) REFERENCES `other` (`id`)\n) ENGINE=InnoDB;\n\
LOCK TABLES `nodes` WRITE;\n";
const TAIL: &str = "UNLOCK TABLES;\n-- Dump completed on 2026-01-01\n";

#[test]
fn columns_come_from_the_table_and_rows_from_long_inserts() {
    let text = format!(
        "{HEAD}INSERT INTO `nodes` VALUES (1,-1.50,'a','it\\'s \\\"x\\\" \\\\ \\n\\t''q'' ü'),(2,NULL,'b',NULL);\n\
         INSERT INTO `others` VALUES (1,'(;'),(2,';');\nINSERT INTO `nodes` VALUES (3,0,'a','');\n{TAIL}"
    );
    let rows = read(text.as_bytes()).unwrap();
    assert_eq!(rows.len(), 3);
    let (table, first) = &rows[0];
    assert_eq!(*table, "nodes");
    assert_eq!(
        first.columns().collect::<Vec<_>>(),
        ["id", "kind", "last_error", "price"]
    );
    assert_eq!(first.integer("id").unwrap(), Some(1));
    assert_eq!(first.text("price").unwrap().as_deref(), Some("-1.50"));
    assert_eq!(
        first.text("last_error").unwrap().as_deref(),
        Some("it's \"x\" \\ \n\t'q' ü")
    );
    assert_eq!(rows[1].1.text("last_error").unwrap(), None);
    assert_eq!(rows[2].1.text("last_error").unwrap().as_deref(), Some(""));
}

#[test]
fn every_way_to_write_a_value_is_read() {
    let text = format!(
        "{HEAD}INSERT IGNORE INTO nodes (`kind`,`last_error`,`id`) VALUES (0x4142,_binary 'x\\0y',TRUE),(x'C3BC',b'1',false),\
         (_utf8mb4'z','a''b',-7),(0xFF,\"d\"\"q\",+3) ON DUPLICATE KEY UPDATE `id`=1;\n{TAIL}"
    );
    let rows = read(text.as_bytes()).unwrap();
    let kinds: Vec<_> = rows[..3]
        .iter()
        .map(|(_, row)| row.text("kind").unwrap().unwrap())
        .collect();
    assert_eq!(kinds, ["AB", "ü", "z"]);
    assert!(rows[3].1.text("kind").is_err(), "0xFF is no text");
    let errors: Vec<_> = rows
        .iter()
        .map(|(_, row)| row.text("last_error").unwrap().unwrap())
        .collect();
    assert_eq!(errors, ["x\0y", "\u{1}", "a'b", "d\"q"]);
    assert_eq!(rows[1].1.flag("last_error").unwrap(), Some(true));
    let ids: Vec<_> = rows
        .iter()
        .map(|(_, row)| row.integer("id").unwrap().unwrap())
        .collect();
    assert_eq!(ids, [1, 0, -7, 3]);
}

#[test]
fn a_trigger_and_a_view_are_passed_over() {
    let text = format!(
        "{HEAD}INSERT INTO `nodes` VALUES (1,1,'a','');\nDELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON nodes FOR EACH ROW BEGIN\n\
         INSERT INTO `nodes` VALUES (9,9,'a',''); END ;;\nDELIMITER ;\nCREATE ALGORITHM=UNDEFINED VIEW `ports` AS SELECT 1;\n{TAIL}"
    );
    assert_eq!(read(text.as_bytes()).unwrap().len(), 1);
}

#[test]
fn a_dump_that_ends_early_is_refused_wherever_it_was_cut() {
    let text = format!("{HEAD}INSERT INTO `nodes` VALUES (1,1,'a','x'),(2,2,'b','y');\n{TAIL}");
    let whole = text.trim_end();
    let keep = whole.find("Dump completed").unwrap() + "Dump completed".len();
    let shortest = whole.find("MariaDB dump 1").unwrap() + "MariaDB dump 1".len();
    for cut in shortest..keep {
        assert!(read(&whole.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
    assert_eq!(read(whole.as_bytes()).unwrap().len(), 2);
}

#[test]
fn what_is_no_dump_of_ironic_alone_is_refused_and_says_why() {
    assert!(
        read(b"hello;").unwrap().is_empty(),
        "whoever asked for rows says so"
    );
    assert!(refused("INSERT INTO `nodes` VALUES (1);").contains("--complete-insert"));
    let row = |values: &str| {
        refused(&format!(
            "{HEAD}INSERT INTO `nodes` VALUES ({values});{TAIL}"
        ))
    };
    assert!(row("1,2,3").contains("does not have its 4 columns"));
    assert!(row("1,2,3,4,5").contains("does not have its 4 columns"));
    assert!(row("1,2,3,now()").contains("a value was expected"));
    let two = "USE `ironic`;\nCREATE TABLE `nodes` (`id` int);\nUSE `neutron`;\nCREATE TABLE `ports` (`id` int);\n";
    assert!(refused(two).contains("ironic and neutron"));
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    let text = format!("{HEAD}INSERT INTO `nodes` VALUES (1,1,'a','x');\n{TAIL}").into_bytes();
    for _ in 0..3000 {
        let mut bytes = text.clone();
        for _ in 0..4 {
            let at = next() % bytes.len();
            bytes[at] = b"'`\"\\();,-/*#0x \xff\n"[next() % 17];
        }
        // Any answer will do.
        let _ = read(&bytes);
    }
}
