//! What follows when a call to a processor fails, by the class of the failure: how long to wait, and when to stop trying.
//!
//! Waits double up to a longest and have jitter (half of each wait is drawn), so that calls that failed together are not
//! made together again. They are drawn from the id of what was tried: the same try waits the same.

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
/// `id` names what is tried.
///
/// What was not sent is sent again, what is unknown is asked about; whoever calls knows which of the two it did. The
/// other classes never pass by themselves.
#[must_use]
pub fn wait_after(trouble: RailFailureClass, tries: u32, id: &[u8; 16]) -> Option<Duration> {
    let waits = match trouble {
        RailFailureClass::NotSent => &SENDING,
        RailFailureClass::Unknown => &ASKING,
        RailFailureClass::Declined | RailFailureClass::Misconfigured | RailFailureClass::Protocol => {
            return None;
        }
    };
    (tries < waits.tries_max).then(|| {
        let doubled = waits.first.saturating_mul(1 << tries.saturating_sub(1).min(16));
        jittered(doubled.min(waits.longest), draw(id, tries))
    })
}

/// A number that depends on nothing but the id and the try. The later half of an id is the random one.
fn draw(id: &[u8; 16], tries: u32) -> u64 {
    let half = id[8..].iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
    half.wrapping_add(tries.into()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
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

    const ID: [u8; 16] = [7; 16];

    #[test]
    fn waits_double_up_to_the_longest_and_then_somebody_decides() {
        let waits = |class, tries| wait_after(class, tries, &ID);
        for (class, tries, longest) in [
            (RailFailureClass::NotSent, 1, 1),
            (RailFailureClass::NotSent, 5, 16),
            (RailFailureClass::Unknown, 7, 128),
            (RailFailureClass::Unknown, 9, 300),
            (RailFailureClass::Unknown, 11, 300),
        ] {
            let wait = waits(class, tries).unwrap();
            let longest = Duration::from_secs(longest);
            assert!((longest / 2..=longest).contains(&wait), "{wait:?} of {longest:?}");
        }
        assert_eq!(waits(RailFailureClass::NotSent, 6), None);
        assert_eq!(waits(RailFailureClass::Unknown, 12), None);
    }

    #[test]
    fn half_of_each_wait_is_drawn() {
        for draw in [0, 1, 499_999, 500_000, u64::MAX] {
            let wait = jittered(Duration::from_secs(1), draw);
            assert!((Duration::from_millis(500)..=Duration::from_secs(1)).contains(&wait), "{wait:?}");
        }
    }

    #[test]
    fn each_id_and_each_try_draws_anew() {
        let (mut other, mut later) = (ID, Vec::new());
        other[15] ^= 1;
        for (id, tries) in [(&ID, 1), (&ID, 2), (&other, 1)] {
            later.push(draw(id, tries));
        }
        assert_eq!(later[0], draw(&ID, 1), "the same try waits the same");
        assert!(later[0] != later[1] && later[0] != later[2], "{later:?}");
    }

    #[test]
    fn what_can_not_pass_by_itself_is_never_tried_again() {
        for trouble in
            [RailFailureClass::Declined, RailFailureClass::Misconfigured, RailFailureClass::Protocol]
        {
            assert_eq!(wait_after(trouble, 1, &ID), None);
        }
    }
}
