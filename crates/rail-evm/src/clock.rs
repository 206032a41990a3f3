//! Time is an input: when a payment was seen decides whether it came in time.

use std::sync::Arc;

use payment::Timestamp;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
