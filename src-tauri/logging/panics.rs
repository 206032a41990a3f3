//! What a defect says on its way to the terminal may repeat what came in, and is masked like the log.

use std::fmt::Display;
use std::io::Write;
use std::panic;
use std::thread;

use super::masking::masked;

/// From here on defects of every thread are told without secrets and card numbers.
pub fn mask_defects() {
    panic::set_hook(Box::new(|defect| {
        let told = told(thread::current().name(), defect);
        // Not to the log: the defect may be the log's own.
        let _nobody_reads = writeln!(std::io::stderr(), "{told}");
    }));
}

fn told(thread: Option<&str>, defect: &impl Display) -> String {
    masked(&format!("tillstream: thread {} {defect}", thread.unwrap_or("without a name"))).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_is_told_without_what_must_not_be_told() {
        let defect = "panicked at src/lib.rs:1:1:\nsk_live_51H8canarycanary paid by 4242424242424242";
        assert_eq!(
            told(Some("main"), &defect),
            "tillstream: thread main panicked at src/lib.rs:1:1:\n[masked] paid by •••• 4242"
        );
    }
}
