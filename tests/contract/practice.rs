//! The contract in the simulated town.

use std::sync::{Arc, Mutex};

use engine::RailSetup;
use money::Money;
use payment::{Rail, RailError, RailId, Timestamp};
use rail_practice::{Act, Mining, PracticeRail};

use super::rail_contract;
use super::town::{Fate, Town};

/// Simulated customers; blocks are found on demand only.
struct PracticeTown {
    rail: Arc<Mutex<Option<Arc<PracticeRail>>>>,
}

impl PracticeTown {
    fn act(&self, act: &Act) {
        let rail = self.rail.lock().unwrap().clone().expect("the engine has opened the rail");
        rail.act(act).unwrap();
    }
}

impl Town for PracticeTown {
    fn rail(&self) -> RailSetup {
        let slot = self.rail.clone();
        let open = move |memory| {
            let clock: rail_practice::Clock = Arc::new(|| Timestamp::from_millis(1_790_000_000_000));
            let rail = PracticeRail::open(&memory, clock, Mining::OnDemand)
                .map_err(|error| RailError::Misconfigured(error.to_string()))?;
            let rail = Arc::new(rail);
            *slot.lock().unwrap() = Some(rail.clone());
            Ok(rail as Arc<dyn Rail>)
        };
        RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
    }

    fn pay(&self, address: &str, coins: Money) {
        self.act(&Act::Pay { address: address.to_owned(), amount: coins });
    }

    fn mine(&self, blocks: u32) {
        for _ in 0..blocks {
            self.act(&Act::MineBlock);
        }
    }

    fn double_spend(&self, address: &str) {
        self.act(&Act::DoubleSpend { address: address.to_owned() });
    }

    fn reorganise(&self, blocks: u32, fate: Fate) {
        self.act(&Act::Reorganise { depth: blocks, keep: fate == Fate::MinedAgain });
    }
}

fn town() -> PracticeTown {
    PracticeTown { rail: Arc::default() }
}

rail_contract!(town:
    exact_payment_is_paid_after_its_confirmation_and_final_after_six,
    two_partial_payments_cover_the_sale_exactly,
    overpayment_is_paid_and_the_rest_is_owed_to_the_customer,
    underpayment_whose_quote_ends_keeps_the_money_and_is_completed_in_cash,
    payment_after_the_quote_ended_is_late_but_covers,
    two_sales_of_equal_amounts_are_never_confused,
    double_spend_before_a_confirmation_never_pays,
    reorganised_payment_that_is_mined_again_is_still_paid_once,
    reorganised_payment_that_is_gone_is_reversed_and_the_owner_is_told,
    money_for_a_cancelled_sale_waits_in_the_inbox_until_it_is_assigned,
    money_for_a_paid_sale_waits_in_the_inbox_until_it_is_credited,
    restart_in_every_state_changes_nothing,
);
