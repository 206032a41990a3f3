//! The page `docs/performance.md`: a template beside this file, filled with what was measured.

use super::BenchError;
use yardsticks::Shape;

use super::figures::{Findings, Longest, Percentiles, Spread, Term};
use super::instructions::Ids;
use super::machine::Machine;
use super::profile::{Owner, Profile};
use super::task::Measured;

const TEMPLATE: &str = include_str!("performance.md");
const NOT_MEASURED: &str = "not measured";

/// A goal: its name in words, and what is to be reached.
struct Ratio {
    name: &'static str,
    value: Option<f64>,
    goal: f64,
    /// Reached from below?
    is_least: bool,
    /// What stands in the way where it is missed.
    way: &'static str,
}

/// The page.
pub fn report(findings: &Findings, machine: &Machine) -> Result<String, BenchError> {
    let mut page = TEMPLATE.to_owned();
    let values =
        [machine_values(machine), ratio_values(findings), rate_values(findings), other_values(findings)?];
    for (name, value) in values.into_iter().flatten() {
        page = page.replace(&format!("{{{name}}}"), &value);
    }
    match page.split_once('{') {
        None => Ok(page),
        Some((_, rest)) => {
            let name = rest.split('}').next().unwrap_or(rest);
            Err(BenchError::NoFigure(name.to_owned()))
        }
    }
}

/// The table of ratios alone, for a terminal.
pub fn ratio_table(findings: &Findings) -> String {
    let line = |ratio: Ratio| {
        let relation = if ratio.is_least { "at least" } else { "at most" };
        format!("{:<24} {:>12}   goal: {relation} {}\n", ratio.name, decimal(ratio.value), ratio.goal)
    };
    ratios(findings).into_iter().map(line).collect()
}

fn ratios(findings: &Findings) -> Vec<Ratio> {
    let rate = |term| findings.rate(term).map(|spread| spread.median);
    let p50 = |term| findings.spread(term, |m| m.latency.p50).map(|spread| spread.median);
    let stream = rate(Term::Fresh(Ids::Ordered));
    let of = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a / b);
    let rows = stream.map(|stream| stream * findings.rows_per_payment());
    let [r1, r2, r4, r5] = [
        of(stream, rate(Term::TpcB)),
        of(rows, rate(Term::Bare(Shape::Integers))),
        of(p50(Term::Lone), p50(Term::Sync)),
        of(rate(Term::Aged(Ids::Ordered)), stream),
    ];
    vec![
        Ratio { name: "R1", value: r1, goal: 50.0, is_least: true, way: QUICK_DISK },
        Ratio { name: "R2", value: r2, goal: 0.4, is_least: true, way: WIDE_ROWS },
        Ratio { name: "R4", value: r4, goal: 2.0, is_least: false, way: WAKING },
        Ratio { name: "R5", value: r5, goal: 0.8, is_least: true, way: AGE },
    ]
}

const QUICK_DISK: &str = "the quicker the disk syncs, the more transactions PostgreSQL makes, while the stream, which syncs \
                          once for thousands of payments, is bound by one core.";
const WIDE_ROWS: &str = "rows are wide and under rules, and few: see below the tables of what a second brings, and in the profile what \
     SQLite, the kernel and the C library take of the one thread that may write.";
const WAKING: &str = "between the line and its answer four threads wake each other (customer, reader, stream, bookkeeper), \
                      and a commit writes eight pages before it syncs: the kernel's lines in the profile. What that takes \
                      does not shrink with the sync.";
const AGE: &str = "pages of a large file that the machine holds no more must be read and written again.";

type Values = Vec<(String, String)>;

fn machine_values(machine: &Machine) -> Values {
    let Machine { processor, cores, memory_gib, filesystem, kernel, rustc, sqlite, postgres, date } = machine;
    let values: [(&str, String); 9] = [
        ("date", date.clone()),
        ("processor", processor.clone()),
        ("cores", cores.to_string()),
        ("memory", memory_gib.to_string()),
        ("filesystem", filesystem.clone()),
        ("kernel", kernel.clone()),
        ("rustc", rustc.clone()),
        ("sqlite", (*sqlite).to_owned()),
        ("postgres", postgres.clone()),
    ];
    values.map(|(name, value)| (name.to_owned(), value)).into()
}

fn ratio_values(findings: &Findings) -> Values {
    let ratios = ratios(findings);
    let missed = ratios.iter().filter(|ratio| is_missed(ratio));
    let missed: Vec<String> =
        missed.map(|ratio| format!("- {} is not reached: {}", ratio.name, ratio.way)).collect();
    let missed = if missed.is_empty() {
        "Every goal that was measured is reached.".to_owned()
    } else {
        missed.join("\n")
    };
    let per_row = findings.rate(Term::PerRowAlone).zip(findings.rate(Term::Fresh(Ids::Ordered)));
    let per_row = per_row.map(|(per_row, stream)| stream.median / per_row.median);
    let guarded = findings.rate(Term::Bare(Shape::Guarded)).zip(findings.rate(Term::Fresh(Ids::Ordered)));
    let guarded = guarded.map(|(bare, stream)| stream.median / bare.median);
    let named = ratios.iter().map(|ratio| (ratio.name.to_lowercase(), decimal(ratio.value)));
    named
        .chain([
            ("missed".to_owned(), missed),
            ("per_row_ratio".to_owned(), decimal(per_row)),
            ("guarded_ratio".to_owned(), decimal(guarded)),
        ])
        .collect()
}

fn is_missed(ratio: &Ratio) -> bool {
    ratio.value.is_some_and(|value| if ratio.is_least { value < ratio.goal } else { value > ratio.goal })
}

fn rate_values(findings: &Findings) -> Values {
    let rows = findings.rows_per_payment();
    let stream_rows = findings.spread(Term::Fresh(Ids::Ordered), |measured| measured.rate() * rows);
    let rates = [
        ("ordered", findings.rate(Term::Fresh(Ids::Ordered))),
        ("ordered_aged", findings.rate(Term::Aged(Ids::Ordered))),
        ("random", findings.rate(Term::Fresh(Ids::Random))),
        ("random_aged", findings.rate(Term::Aged(Ids::Random))),
        ("counted", findings.rate(Term::Fresh(Ids::Counted))),
        ("per_row", findings.rate(Term::PerRowAlone)),
        ("per_row_together", findings.rate(Term::PerRowTogether)),
        ("tpc_b", findings.rate(Term::TpcB)),
        ("bare", findings.rate(Term::Bare(Shape::Integers))),
        ("wide", findings.rate(Term::Bare(Shape::Wide))),
        ("guarded", findings.rate(Term::Bare(Shape::Guarded))),
        ("rows", stream_rows),
    ];
    let both = |(name, spread): (&str, Option<Spread>)| {
        let median = spread.map_or(NOT_MEASURED.to_owned(), |spread| rounded(spread.median));
        let range =
            spread.map_or("–".to_owned(), |s| format!("{} – {}", rounded(s.least), rounded(s.most)));
        [(name.to_owned(), median), (format!("{name}_spread"), range)]
    };
    rates.into_iter().flat_map(both).collect()
}

fn other_values(findings: &Findings) -> Result<Values, BenchError> {
    let middle = |term| middle_round(findings, term).ok_or_else(|| BenchError::NoFigure(format!("{term:?}")));
    let (sync, lone) = (middle(Term::Sync)?, middle(Term::Lone)?);
    let (fresh, aged) = (middle(Term::Fresh(Ids::Ordered))?, middle(Term::Aged(Ids::Ordered))?);
    let (random, verified) = (middle(Term::Aged(Ids::Random))?, findings.verified_aged);
    let bytes = findings.verified.bytes / u64::from(findings.verified.count);
    let values = [
        ("rounds", findings.rounds.values().map(Vec::len).max().unwrap_or(0).to_string()),
        ("payments", whole(findings.payments)),
        ("aged", whole(findings.aged)),
        ("together", whole(findings.together)),
        ("rows_per_payment", format!("{:.2}", findings.rows_per_payment())),
        ("bytes", bytes.to_string()),
        ("sync", time(sync.latency.p50)),
        ("lone", time(lone.latency.p50)),
        ("sync_row", waits(&sync.latency)),
        ("lone_row", waits(&lone.latency)),
        ("load_row", waits(&fresh.latency)),
        ("aged_row", waits(&aged.latency)),
        ("memory_fresh", mib(fresh.peak_kib)),
        ("pss_fresh", mib(fresh.proportional_kib)),
        ("memory_aged", mib(random.peak_kib)),
        ("pss_aged", mib(random.proportional_kib)),
        ("memory_verify", mib(verified.peak_kib)),
        ("pss_verify", mib(verified.proportional_kib)),
        ("verified_count", whole(verified.count)),
        ("verified_seconds", time(verified.seconds * 1e6)),
        ("known", known_rows(findings)),
        ("profile", findings.profiles.as_ref().map_or(NO_PROFILE.to_owned(), profile_rows)),
        ("longest", findings.longest.map_or(NO_LONG_RUN.to_owned(), |longest| long_run(&longest))),
    ];
    Ok(values.map(|(name, value)| (name.to_owned(), value)).into())
}

const NO_LONG_RUN: &str =
    "The run of ten million payments was left out this time; `scripts/benchmark --ten-million` does it.";

const NO_PROFILE: &str = "| no samples were taken: there is no `perf` (Debian: linux-perf) | – | – | – | – |";

/// A line per owner: under load and alone, in the bookkeeper's thread and in all others.
fn profile_rows(profiles: &[Profile; 2]) -> String {
    let line = |name: &str, of: &dyn Fn(&Profile, bool) -> f64| {
        let cells =
            profiles.iter().flat_map(|profile| [true, false].map(|keeper| micros(of(profile, keeper))));
        format!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut lines: Vec<String> = Owner::ALL
        .iter()
        .map(|owner| line(owner_name(*owner), &|profile, keeper| profile.micros(*owner, keeper)))
        .collect();
    lines.push(line("together", &Profile::together));
    lines.join("\n")
}

const fn owner_name(owner: Owner) -> &'static str {
    match owner {
        Owner::Sqlite => "SQLite and what calls it",
        Owner::Kernel => "the kernel: writing, syncing, waking threads",
        Owner::C => "the C library: copying and comparing memory",
        Owner::Hashes => "hashes",
        Owner::Json => "JSON",
        Owner::Till => "the till's own code",
        Owner::Standard => "texts, lists and maps of Rust's library",
        Owner::Others => "queues, meters, decimals, ids",
    }
}

/// Processor time of one payment.
fn micros(micros: f64) -> String {
    if micros < 10.0 { format!("{micros:.2}") } else { format!("{micros:.0}") }
}

fn long_run(longest: &Longest) -> String {
    let Longest { whole: all, after, verified, random, random_after } = longest;
    format!(
        "{} payments in one stream, time-ordered ids: {} a second, never more than **{}** resident; the file is {} \
         afterwards, and {} payments a second go on top of them. `ledger verify` of them takes {} and {} at most. With \
         random ids: {} a second, {} at most, and {} a second on top of them.",
        whole(all.count),
        rounded(all.rate()),
        mib(all.peak_kib),
        mib(verified.bytes >> 10),
        rounded(after.rate()),
        time(verified.seconds * 1e6),
        mib(verified.peak_kib),
        rounded(random.rate()),
        mib(random.peak_kib),
        rounded(random_after.rate()),
    )
}

fn known_rows(findings: &Findings) -> String {
    let row = |(ago, measured): &(u32, Measured)| {
        let place = match ago {
            0 => "the newest, in memory".to_owned(),
            1 => "one generation ago".to_owned(),
            more => format!("{more} generations ago"),
        };
        format!("| {place} | {} |", rounded(measured.rate()))
    };
    findings.known.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// The round whose rate is the middle one.
fn middle_round(findings: &Findings, term: Term) -> Option<Measured> {
    let mut rounds = findings.rounds.get(&term)?.clone();
    rounds.sort_by(|a, b| a.latency.p50.total_cmp(&b.latency.p50));
    rounds.get(rounds.len() / 2).copied()
}

fn waits(latency: &Percentiles) -> String {
    let Percentiles { p50, p90, p99, p999, most } = *latency;
    [p50, p90, p99, p999, most].map(time).join(" | ")
}

/// Microseconds, in the unit people would say.
fn time(micros: f64) -> String {
    if micros < 10_000.0 {
        format!("{:.2} ms", micros / 1e3)
    } else if micros < 1e6 {
        format!("{:.0} ms", micros / 1e3)
    } else {
        format!("{:.1} s", micros / 1e6)
    }
}

fn mib(kib: u64) -> String {
    format!("{} MiB", grouped(&(kib >> 10).to_string()))
}

fn whole(number: u32) -> String {
    grouped(&number.to_string())
}

/// To three digits: more would be noise.
fn rounded(number: f64) -> String {
    let digits = format!("{number:.0}");
    let kept: String = digits.chars().take(3).collect();
    grouped(&format!("{kept}{}", "0".repeat(digits.len().saturating_sub(3))))
}

fn decimal(value: Option<f64>) -> String {
    value.map_or(NOT_MEASURED.to_owned(), |value| {
        if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
    })
}

/// With commas between thousands.
fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
