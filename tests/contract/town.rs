//! The public and the chain, as a test plays them.

use engine::RailSetup;
use money::Money;

/// What becomes of the payments in blocks that are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    MinedAgain,
    Gone,
}

/// A place with customers and miners.
pub trait Town: Send + Sync {
    /// The rail under test.
    fn rail(&self) -> RailSetup;

    /// A customer sends coins.
    fn pay(&self, address: &str, coins: Money);

    /// Blocks are found.
    fn mine(&self, blocks: u32);

    /// The customer spends the coins of the last unconfirmed payment to an address elsewhere.
    fn double_spend(&self, address: &str);

    /// The last blocks are replaced by one more.
    fn reorganise(&self, blocks: u32, fate: Fate);
}
