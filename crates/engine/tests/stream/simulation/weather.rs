//! How badly the rail and its line behave just now, in percent of the times they could.

use rail_practice::Draws;

/// Chances of each fault, in percent. Drawn anew now and then, each absent half the time, so that every mixture comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weather {
    /// Readings of a report are dropped, doubled and shuffled.
    pub(crate) unruly: u32,
    /// A reading does not arrive; the next report has it.
    pub(crate) dropped: u32,
    /// A reading that was recorded long ago arrives again.
    pub(crate) stale: u32,
    /// A reading has a wrong amount.
    pub(crate) wrong: u32,
    /// A report takes up to three seconds, and is old when it arrives.
    pub(crate) delayed: u32,
    /// The watch ends in the middle.
    pub(crate) broken: u32,
    /// Only one server vouches for an unconfirmed transfer, or three do.
    pub(crate) servers: u32,
    /// A complete report does not name what was gone before it had a block.
    pub(crate) forgetful: u32,
    /// An address takes up to half a minute.
    pub(crate) slow: u32,
    /// An address is refused.
    pub(crate) refused: u32,
    /// An address was given, and the answer is lost.
    pub(crate) lost: u32,
    /// The rail can't be opened.
    pub(crate) closed: u32,
}

impl Weather {
    pub(crate) fn drawn(draws: &mut Draws) -> Self {
        let mut up_to = |most: u32| if draws.chance(50) { 0 } else { draws.below(most) };
        Self {
            unruly: up_to(100),
            dropped: up_to(40),
            stale: up_to(50),
            wrong: up_to(6),
            delayed: up_to(60),
            broken: up_to(20),
            servers: up_to(60),
            forgetful: up_to(100),
            slow: up_to(50),
            refused: up_to(25),
            lost: up_to(25),
            closed: up_to(20),
        }
    }
}
