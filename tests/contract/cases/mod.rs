//! What every rail keeps, each case from the counter to the books.

mod late;
mod paying;
mod reorganising;
mod replacing;
mod restarting;
mod strays;

pub use late::*;
pub use paying::*;
pub use reorganising::*;
pub use replacing::*;
pub use restarting::*;
pub use strays::*;

/// Makes each case of the contract a test of one town.
macro_rules! rail_contract {
    ($town:path) => {
        $crate::contract::cases::rail_contract! { $town:
            exact_payment_is_paid_after_its_confirmation_and_final_after_six,
            two_partial_payments_cover_the_sale_exactly,
            overpayment_is_paid_and_the_rest_is_owed_to_the_customer,
            underpayment_whose_quote_ends_keeps_the_money_and_is_completed_in_cash,
            two_sales_of_equal_amounts_are_never_confused,
            payment_after_the_quote_ended_is_late_but_covers,
            late_money_beside_a_newer_code_is_flagged_on_a_sale_that_stays_open,
            double_spend_before_a_confirmation_never_pays,
            payment_whose_fee_was_raised_is_paid_exactly_once,
            reorganised_payment_that_is_mined_again_is_still_paid_once,
            reorganised_payment_that_is_gone_is_reversed_and_the_owner_is_told,
            money_for_a_cancelled_sale_waits_in_the_inbox_until_it_is_assigned,
            money_for_a_paid_sale_waits_in_the_inbox_until_it_is_credited,
            restart_in_every_state_changes_nothing,
        }
    };
    // Where a payment is seen no sooner than in a block, nobody can take it back before.
    ($town:path, in_blocks) => {
        $crate::contract::cases::rail_contract! { $town:
            exact_payment_is_paid_after_its_confirmation_and_final_after_six,
            two_partial_payments_cover_the_sale_exactly,
            overpayment_is_paid_and_the_rest_is_owed_to_the_customer,
            underpayment_whose_quote_ends_keeps_the_money_and_is_completed_in_cash,
            two_sales_of_equal_amounts_are_never_confused,
            payment_after_the_quote_ended_is_late_but_covers,
            late_money_beside_a_newer_code_is_flagged_on_a_sale_that_stays_open,
            reorganised_payment_that_is_mined_again_is_still_paid_once,
            reorganised_payment_that_is_gone_is_reversed_and_the_owner_is_told,
            money_for_a_cancelled_sale_waits_in_the_inbox_until_it_is_assigned,
            money_for_a_paid_sale_waits_in_the_inbox_until_it_is_credited,
        }
    };
    ($town:path: $($case:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::contract::cases::$case($town()).await;
        }
    )+};
}
pub(crate) use rail_contract;
