//! Whose turn it is to be followed, and how long one that failed is left alone: no provider is asked again without a pause.

use std::time::Duration;

use tokio::time::Instant;

/// How long a provider that failed is left alone, at first and at most.
const REST_MIN: Duration = Duration::from_millis(500);
const REST_MAX: Duration = Duration::from_secs(30);

/// Which provider is left alone until when.
pub(super) struct Rests {
    until: Vec<Option<Instant>>,
    pauses: Vec<Duration>,
}

impl Rests {
    /// So many providers, none of which failed yet.
    pub(super) fn of(providers: usize) -> Self {
        Self { until: vec![None; providers], pauses: vec![REST_MIN; providers] }
    }

    /// How long to wait for a provider's turn.
    pub(super) fn until(&self, provider: usize) -> Duration {
        self.until[provider].map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// Whose turn it is: the first that rests no more, else the one whose rest ends first.
    pub(super) fn next(&self) -> usize {
        (0..self.until.len()).min_by_key(|provider| (self.until(*provider), *provider)).unwrap_or(0)
    }

    /// A provider failed: it rests, longer each time.
    pub(super) fn failed(&mut self, provider: usize) {
        self.until[provider] = Some(Instant::now() + self.pauses[provider]);
        self.pauses[provider] = (self.pauses[provider] * 2).min(REST_MAX);
    }

    /// A provider served.
    pub(super) fn served(&mut self, provider: usize) {
        self.pauses[provider] = REST_MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_provider_is_asked_again_without_a_pause() {
        let mut rests = Rests::of(2);
        rests.failed(0);
        assert_eq!(rests.next(), 1);
        assert_eq!(rests.until(1), Duration::ZERO);
        rests.failed(1);
        assert_eq!(rests.next(), 0);
        assert_eq!(rests.until(0), REST_MIN);
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_until_a_provider_serves() {
        let mut rests = Rests::of(1);
        (0..9).for_each(|_| rests.failed(0));
        assert_eq!(rests.until(0), REST_MAX);
        rests.served(0);
        rests.failed(0);
        assert_eq!(rests.until(0), REST_MIN);
    }
}
