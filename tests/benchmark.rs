//! The benchmark works: everything is measured, and the page has a figure for it. Whether figures are good is not judged
//! here, and PostgreSQL is left out.

use crate::stream::{Plan, Task, ratio_table, write_report};

#[test]
fn the_benchmark_measures_everything_it_reports() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan {
        folder: folder.path().to_owned(),
        rounds: 1,
        payments: 300,
        aged: 600,
        lone: 10,
        rows: 1_000,
        per_row: 64,
        postgres: None,
        lookups: 100,
        longest: Some(600),
    };
    let findings = plan.carry_out(&Task::measure, &|_| ()).unwrap();
    assert!(ratio_table(&findings).contains("R5"));
    let page = folder.path().join("performance.md");
    write_report(&findings, folder.path(), &page).unwrap();
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("not measured").count(), 2, "PostgreSQL alone is missing: {page}");
}
