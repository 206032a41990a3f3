//! A reading as text: OpenMetrics, with names as Prometheus wants them, base units, and one line of help each.

use std::fmt;
use std::time::Duration;

use engine::Distribution;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::reading::Reading;

/// The whole page; `None` when it can not be written, which no text refuses.
pub(super) fn written(reading: Reading) -> Option<String> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(reading));
    let mut page = String::new();
    text::encode(&mut page, &registry).ok().map(|()| page)
}

impl Collector for Reading {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        let info = [("version", env!("CARGO_PKG_VERSION")), ("mode", self.mode)];
        page.metric("tillstream_build", "The program and its books.", MetricType::Info)?
            .encode_info(&info)?;
        self.write_stream(&mut page)?;
        self.write_engine(&mut page)?;
        self.write_attention(&mut page)
    }
}

impl Reading {
    fn write_stream(&self, page: &mut Page<'_>) -> fmt::Result {
        let totals = &self.totals;
        let accepted = totals.accepted.iter().map(|(rail, count)| (["accepted", rail.name()], *count));
        let others = [
            (["duplicate", ""], totals.duplicates),
            (["conflict", ""], totals.conflicts),
            (["rejected", ""], totals.rejected),
            (["dead_letter", ""], totals.dead_letters),
        ];
        let help = "Instructions of the stream by what became of them; those accepted by their rail.";
        let mut metric = page.metric("tillstream_micropayments", help, MetricType::Counter)?;
        for ([outcome, rail], count) in accepted.chain(others) {
            let labels = [("outcome", outcome), ("rail", rail)];
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
        let help = "Charges of payers' tabs by what became of them; doubted ones are asked about.";
        let mut metric = page.metric("tillstream_charges", help, MetricType::Counter)?;
        for ((rail, became), count) in &totals.charges {
            let labels = [("outcome", *became), ("rail", rail.name())];
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(count, None)?;
        }
        let help = "Dead letters nobody has dealt with, and charges of tabs that were set aside.";
        page.gauge("tillstream_dead_letters_open", help, self.dead_letters)
    }

    fn write_engine(&self, page: &mut Page<'_>) -> fmt::Result {
        let (totals, (waiting, bound)) = (&self.totals, self.queue);
        page.gauge("tillstream_intake_commands", "Commands that wait now.", count(waiting))?;
        page.gauge("tillstream_intake_commands_bound", "Commands that may wait.", count(bound))?;
        let help = "Most commands that waited at once since the start.";
        page.gauge("tillstream_intake_commands_max", help, totals.queue_max.into())?;
        let help = "From handing a command in to its answer.";
        page.durations("tillstream_command_latency", help, &totals.latency)?;
        let help = "From beginning a commit to its being on the disk.";
        page.durations("tillstream_commit_latency", help, &totals.commit)?;
        let help = "Micropayments and other records committed together.";
        page.sizes("tillstream_commit_rows", help, &totals.commit_rows)?;
        let help = "Transfers that were seen and are gone.";
        page.counter("tillstream_transfers_withdrawn", help, totals.withdrawn)?;
        let help = "Transfers that were safe and are gone: reorganised away or double-spent.";
        page.counter("tillstream_transfers_reversed", help, totals.reversed)
    }

    fn write_attention(&self, page: &mut Page<'_>) -> fmt::Result {
        page.gauge("tillstream_alerts_unread", "Alerts nobody has read, 500 at most.", count(self.alerts))?;
        page.gauge("tillstream_strays_open", "Stray payments nobody has decided about.", self.strays.into())?;
        let (help, unit) = ("How long the price in use has stood.", Some(&Unit::Seconds));
        let mut ages = page.0.encode_descriptor("tillstream_rate_age", help, unit, MetricType::Gauge)?;
        for (pair, age_ms) in &self.rates {
            let seconds = Duration::from_millis(*age_ms).as_secs_f64();
            ages.encode_family(&[("pair", pair.as_str())])?.encode_gauge(&seconds)?;
        }
        let help = "1 for a rail that can be used now, 0 for one that can't.";
        let mut rails = page.metric("tillstream_rail_up", help, MetricType::Gauge)?;
        for (rail, is_up) in &self.rails {
            rails.encode_family(&[("rail", rail.name())])?.encode_gauge(&u32::from(*is_up))?;
        }
        let (is_checked, is_broken) = (self.books.checked, !self.books.problem.is_empty());
        page.gauge("tillstream_books_verified", "1 once the books were checked.", is_checked.into())?;
        page.gauge("tillstream_books_broken", "1 when the last check found a fault.", is_broken.into())
    }
}

/// The page while it is written.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn metric<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.metric(name, help, MetricType::Counter)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.metric(name, help, MetricType::Gauge)?.encode_gauge(&value)
    }

    /// Microseconds as seconds.
    fn durations(&mut self, name: &str, help: &str, values: &Distribution) -> fmt::Result {
        let metric = self.0.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
        histogram(metric, values, |micros| Duration::from_micros(micros).as_secs_f64())
    }

    fn sizes(&mut self, name: &str, help: &str, values: &Distribution) -> fmt::Result {
        // The format knows nothing but binary fractions; the standard library turns whole seconds into the nearest one.
        let whole = |size| Duration::from_secs(size).as_secs_f64();
        histogram(self.metric(name, help, MetricType::Histogram)?, values, whole)
    }
}

fn histogram(
    mut metric: MetricEncoder<'_>,
    values: &Distribution,
    shown: impl Fn(u64) -> f64,
) -> fmt::Result {
    let above = |bound: Option<u64>| bound.map_or(f64::MAX, &shown);
    let ranges: Vec<(f64, u64)> = values.ranges().map(|(bound, count)| (above(bound), count)).collect();
    metric.encode_histogram::<NoLabelSet>(shown(values.sum()), values.count(), &ranges, None)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
