//! The schema that all migrations make is the one that is committed, so that a change of it is seen in review.
//! `TILLSTREAM_WRITE_SCHEMA=1` writes the dump anew.

use std::path::Path;

use rusqlite::Connection;

use super::shop::*;

fn dump(path: &Path) -> String {
    let raw = Connection::open(path).unwrap();
    let mut statement = raw
        .prepare(
            "select sql from sqlite_schema where sql is not null and name not like '\\_sqlx%' escape '\\' \
             order by tbl_name, type = 'trigger', type = 'index', name",
        )
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let statements: Vec<String> = rows.map(Result::unwrap).collect();
    format!(
        "-- What all migrations together make. Written by the schema test, not by hand.\n\n{};\n",
        statements.join(";\n\n")
    )
}

#[tokio::test]
async fn all_migrations_together_make_the_committed_schema() {
    let shop = Shop::open().await;
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/schema.sql");
    let made = dump(&shop.path());
    if std::env::var_os("TILLSTREAM_WRITE_SCHEMA").is_some() {
        std::fs::write(&committed, &made).unwrap();
    }
    assert_eq!(made, std::fs::read_to_string(committed).unwrap());
}
