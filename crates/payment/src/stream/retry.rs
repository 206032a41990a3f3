//! What follows when a charge fails, by the class of the failure: how long to wait, and when to stop trying.
//!
//! Waits double up to a longest and have jitter (half of each wait is drawn), so that many tabs that failed together are
//! not charged together again. They are drawn from a number the caller gives: the same charge waits the same.

use std::time::Duration;

use crate::rail::RailFailureClass;

/// Waits of one class.
struct Waits {
    tries_max: u32,
    first: Duration,
    longest: Duration,
}

/// Sent at most six times, within about a minute.
const SENDING: Waits =
    Waits { tries_max: 6, first: Duration::from_secs(1), longest: Duration::from_secs(30) };
/// Asked at most twelve times, within about half an hour.
const ASKING: Waits =
    Waits { tries_max: 12, first: Duration::from_secs(2), longest: Duration::from_secs(300) };
/// Between two questions about what the rail is still at. Not bounded: the rail has it and will decide.
pub const PENDING_WAIT: Duration = Duration::from_secs(300);

/// How long to wait before the same is tried again after it failed `tries` times; `None` when it is somebody's to decide.
///
/// What was not sent is sent again, what is unknown is asked about; whoever calls knows which of the two it did. The
/// other classes never pass by themselves.
#[must_use]
pub fn wait_after(trouble: RailFailureClass, tries: u32, draw: u64) -> Option<Duration> {
    let waits = match trouble {
        RailFailureClass::NotSent => &SENDING,
        RailFailureClass::Unknown => &ASKING,
        RailFailureClass::Declined | RailFailureClass::Misconfigured | RailFailureClass::Protocol => {
            return None;
        }
    };
    (tries < waits.tries_max).then(|| {
        let doubled = waits.first.saturating_mul(1 << tries.saturating_sub(1).min(16));
        jittered(doubled.min(waits.longest), draw)
    })
}

/// Half of the wait and a drawn part of the other half.
fn jittered(wait: Duration, draw: u64) -> Duration {
    let half = wait / 2;
    let micros = u64::try_from(half.as_micros()).unwrap_or(u64::MAX);
    half + Duration::from_micros(draw % micros.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_then_somebody_decides() {
        let longest = |trouble, tries| wait_after(trouble, tries, 0).map(|wait| (wait * 2).as_secs());
        let sent: Vec<_> = (1..=6).map(|tries| longest(RailFailureClass::NotSent, tries)).collect();
        assert_eq!(sent, [Some(1), Some(2), Some(4), Some(8), Some(16), None]);
        let asked: Vec<_> = (7..=12).map(|tries| longest(RailFailureClass::Unknown, tries)).collect();
        assert_eq!(asked, [Some(128), Some(256), Some(300), Some(300), Some(300), None]);
    }

    #[test]
    fn half_of_each_wait_is_drawn() {
        for draw in [0, 1, 499_999, 500_000, u64::MAX] {
            let wait = wait_after(RailFailureClass::NotSent, 1, draw).unwrap();
            assert!((Duration::from_millis(500)..=Duration::from_secs(1)).contains(&wait), "{wait:?}");
        }
    }

    #[test]
    fn what_can_not_pass_by_itself_is_never_tried_again() {
        for trouble in
            [RailFailureClass::Declined, RailFailureClass::Misconfigured, RailFailureClass::Protocol]
        {
            assert_eq!(wait_after(trouble, 1, 7), None);
        }
    }
}
