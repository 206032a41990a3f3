//! The benchmark works: everything is measured, and the page has a figure for it. Whether figures are good is not judged
//! here, and PostgreSQL is left out.

use crate::stream::profile::{FREQUENCY, Owner, Profile};
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
        profile: false,
    };
    let findings = plan.carry_out(&Task::measure, &|_| ()).unwrap();
    assert!(ratio_table(&findings).contains("R5"));
    let page = folder.path().join("performance.md");
    write_report(&findings, folder.path(), &page).unwrap();
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("not measured").count(), 2, "PostgreSQL alone is missing: {page}");
}

#[test]
fn a_sample_counts_for_whose_code_was_running() {
    let samples = "\
  bookkeeper  557cd2ef0b70 sqlite3VdbeExec (/bench)
  bookkeeper  557cd2ef0b71 <rusqlite::Statement>::execute (/bench)
  bookkeeper  557cd2ef0b72 <&mut engine::desk::Desk as core::fmt::Debug>::fmt (/bench)
  bookkeeper  ffffffff813a2313 finish_task_switch.isra.0 ([kernel.kallsyms])
       bench  7fbd00edc3e0 __memcmp_avx2_movbe (/usr/lib/libc.so.6)
       bench  557cd2ef0b73 sha2::sha256::x86::digest_blocks (/bench)
";
    let profile = Profile::read(samples, 2);
    let each = 1e6 / f64::from(FREQUENCY) / 2.0;
    let counted = |owner, keeper| (profile.micros(owner, keeper) / each).round();
    assert_eq!(counted(Owner::Sqlite, true), 2.0);
    assert_eq!(counted(Owner::Till, true), 1.0);
    assert_eq!(counted(Owner::Kernel, true), 1.0);
    assert_eq!(counted(Owner::C, false), 1.0);
    assert_eq!(counted(Owner::Hashes, false), 1.0);
    assert_eq!((profile.together(true) / each).round(), 4.0);
}
