//! The page for monitoring programs: off until it is switched on, and its figures follow what happens.

use prometheus_parse::{Scrape, Value};

use super::program::{Folder, free_address, get, wait_until};
use super::stream::{ticket, tickets};

/// The figures of a page, by name and the values of its labels in the order of their names.
struct Figures(Scrape);

impl Figures {
    fn read(address: &str) -> Self {
        let (status, page) = get(&format!("http://{address}/metrics")).expect("the page is served");
        assert_eq!(status, 200, "{page}");
        assert!(page.ends_with("# EOF\n"), "the page is whole: {page}");
        let lines = page.lines().map(|line| Ok(line.to_owned()));
        Self(Scrape::parse(lines).expect("a monitoring program can read it"))
    }

    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let is_wanted = |sample: &&prometheus_parse::Sample| {
            sample.metric == name
                && labels.iter().all(|(label, value)| sample.labels.get(label) == Some(value))
        };
        let sample = self.0.samples.iter().find(is_wanted);
        match sample.map(|sample| &sample.value) {
            Some(Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value)) => *value,
            other => panic!("{name} {labels:?} is {other:?} of {:#?}", self.0.samples),
        }
    }

    fn outcome(&self, outcome: &str) -> f64 {
        self.value("tillstream_micropayments_total", &[("outcome", outcome)])
    }

    /// Values of a histogram by their ranges, smallest first, each range holding those before it.
    fn ranges(&self, name: &str) -> Vec<f64> {
        match self.0.samples.iter().find(|sample| sample.metric == name).map(|sample| &sample.value) {
            Some(Value::Histogram(ranges)) => ranges.iter().map(|range| range.count).collect(),
            other => panic!("{name} is {other:?}"),
        }
    }
}

#[test]
fn the_figures_follow_what_is_streamed() {
    let (folder, address) = (Folder::new(), free_address());
    folder.ok(&["settings", "set", "metrics.listen", &address]);
    let served = folder.serve(&[]);
    wait_until("the page is served", || get(&format!("http://{address}/metrics")).is_some());
    let before = Figures::read(&address);
    assert_eq!((before.outcome("duplicate"), before.value("tillstream_dead_letters_open", &[])), (0.0, 0.0));

    let input = tickets(1_000) + &ticket("t-000001", "0.01") + &ticket("t-000002", "7") + "no object\n";
    let input = folder.file("input.ndjson", &(input + &ticket("x", "1").replace("cash", "barter")));
    folder.run(&["stream", "--input", input.to_str().expect("a text")]);

    wait_until("all is counted", || Figures::read(&address).outcome("rejected") > 0.0);
    let after = Figures::read(&address);
    let cash = after.value("tillstream_micropayments_total", &[("outcome", "accepted"), ("rail", "cash")]);
    assert_eq!((cash, after.outcome("duplicate"), after.outcome("conflict")), (1_000.0, 1.0, 1.0));
    let parcels = after.value("tillstream_command_latency_seconds_count", &[]);
    assert!(parcels >= 4.0, "1,003 instructions are four parcels or more: {parcels}");
    for histogram in ["command_latency_seconds", "commit_latency_seconds", "commit_rows"] {
        let ranges = after.ranges(&format!("tillstream_{histogram}"));
        assert!(ranges.is_sorted(), "{histogram}: {ranges:?}");
        assert_eq!(ranges.last(), Some(&after.value(&format!("tillstream_{histogram}_count"), &[])));
    }
    assert!(after.value("tillstream_commit_rows_sum", &[]) >= 1_000.0);
    assert_eq!(after.value("tillstream_intake_commands_bound", &[]), 4_096.0);
    assert!(after.value("tillstream_intake_commands_max", &[]) >= 1.0);
    assert_eq!(after.value("tillstream_rail_up", &[("rail", "bitcoin")]), 1.0);
    assert!(after.value("tillstream_rate_age_seconds", &[("pair", "BTC/EUR")]) >= 0.0);
    assert_eq!(after.value("tillstream_books_broken", &[]), 0.0);
    assert_eq!(after.value("tillstream_build_info", &[("mode", "practice")]), 1.0);
    drop(served);
}

#[test]
fn the_page_is_off_until_it_is_switched_on_and_goes_when_it_is_switched_off() {
    let (folder, address) = (Folder::new(), free_address());
    assert_eq!(folder.ok(&["settings", "get", "metrics.listen"]).trim(), "");
    let _served = folder.serve(&[]);
    let is_served = || get(&format!("http://{address}/metrics")).is_some();
    assert!(!is_served());
    folder.ok(&["settings", "set", "metrics.listen", &address]);
    wait_until("it is switched on", is_served);
    folder.ok(&["settings", "set", "metrics.listen", ""]);
    wait_until("it is switched off", || !is_served());
}

#[test]
fn an_address_that_others_can_reach_is_no_address_for_figures() {
    let said = Folder::new().run(&["settings", "set", "metrics.listen", "0.0.0.0:9464"]);
    said.refuses_with("can be reached from other machines: write \"127.0.0.1:9464\"");
}

#[test]
fn a_till_whose_address_for_figures_is_taken_says_so_and_sells() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let (folder, address) = (Folder::new(), taken.local_addr().expect("an address").to_string());
    folder.ok(&["settings", "set", "metrics.listen", &address]);
    let served = folder.serve(&[]);
    folder.ok(&["charge", "4.50", "--with", "cash", "--json"]);
    served.running.signal("-TERM");
    let said = served.running.end();
    assert!(said.err.contains(&format!("metrics.listen: cannot listen on {address}")), "{said:?}");
}
