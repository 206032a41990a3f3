//! Waiting for a condition with a deadline, the only way anything here waits.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::CounterpartyError;

const PROBE_INTERVAL: Duration = Duration::from_millis(20);

/// Asks `probe` every few milliseconds until it gives a value, and gives that value.
///
/// `condition` completes the sentence "waited in vain until …".
///
/// # Errors
/// [`CounterpartyError::Deadline`] after `limit`; an error of `probe` at once.
#[expect(clippy::disallowed_methods, reason = "real processes run on the real clock")]
pub fn wait_until<T>(
    condition: &str,
    limit: Duration,
    mut probe: impl FnMut() -> Result<Option<T>, CounterpartyError>,
) -> Result<T, CounterpartyError> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = probe()? {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            return Err(CounterpartyError::Deadline {
                condition: condition.to_owned(),
                seconds: limit.as_secs(),
            });
        }
        sleep(PROBE_INTERVAL);
    }
}
