//! The contract on real EVM nodes: native coins and tokens, on several chains; and what only EVM chains do.

mod arrivals;
mod outages;
mod reorganising;
mod town;

use super::cases::rail_contract;
use town::EvmTown;

mod native_on_arbitrum {
    use super::{EvmTown, rail_contract};

    fn town() -> EvmTown {
        EvmTown::start(42_161, "ETH")
    }

    rail_contract!(town, in_blocks);
}

mod usdc_on_base {
    use super::{EvmTown, rail_contract};

    fn town() -> EvmTown {
        EvmTown::start(8_453, "USDC")
    }

    rail_contract!(town, in_blocks);
}

/// Eighteen decimals, of which the books keep nine.
mod usdt_on_bnb {
    use super::{EvmTown, rail_contract};

    fn town() -> EvmTown {
        EvmTown::start(56, "USDT")
    }

    rail_contract!(town, in_blocks);
}
