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
    /// An address takes up to half a minute, and what the acquirer says longer.
    pub(crate) slow: u32,
    /// An address or a charge is refused: nothing was done.
    pub(crate) refused: u32,
    /// An address was given or a charge made, and the answer is lost.
    pub(crate) lost: u32,
    /// The rail can't be opened.
    pub(crate) closed: u32,
    /// A charge never arrives.
    pub(crate) missing: u32,
    /// A charge arrives after the till was told that it never did.
    pub(crate) late: u32,
    /// A question about a charge gets no answer.
    pub(crate) unanswered: u32,
    /// Where an answer is lost nothing at all is heard.
    pub(crate) silent: u32,
    /// A card is declined.
    pub(crate) declined: u32,
    /// The acquirer is still at it.
    pub(crate) pending: u32,
    /// The acquirer takes another amount.
    pub(crate) mischarged: u32,
    /// The acquirer says what it keeps.
    pub(crate) itemised: u32,
    /// The acquirer refuses the till's key.
    pub(crate) misconfigured: u32,
    /// The acquirer's answer makes no sense.
    pub(crate) garbled: u32,
    /// The acquirer seems to be down.
    pub(crate) unwell: u32,
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
            missing: up_to(40),
            late: up_to(40),
            unanswered: up_to(60),
            silent: up_to(100),
            declined: up_to(40),
            pending: up_to(50),
            mischarged: up_to(8),
            itemised: up_to(100),
            misconfigured: up_to(8),
            garbled: up_to(8),
            unwell: up_to(20),
        }
    }
}
