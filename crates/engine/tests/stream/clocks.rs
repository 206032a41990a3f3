//! Quotes end by the monotonic clock, without anybody waiting; a wall clock that is wrong changes no state.

use std::time::Duration;

use payment::rail::Report;
use payment::{Observation, State, Timestamp};

use crate::clock::{HOUR, MORNING, QUOTE_LIFE};
use crate::puppet::Puppet;
use crate::shop::{Shop, confirmed, part, seen, state, unconfirmed};

const HOUR_MS: i64 = 3_600_000;
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * HOUR_MS;
/// What people's clocks do.
const JUMPS_MS: [i64; 4] = [HOUR_MS, -HOUR_MS, -MORNING, TEN_YEARS_MS];

fn at(observation: Observation, wall_ms: i64) -> Observation {
    Observation { seen_at: Timestamp::from_millis(wall_ms), ..observation }
}

#[tokio::test]
async fn a_quote_ends_when_its_life_is_over_and_not_before() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.clock.turn(QUOTE_LIFE - Duration::from_millis(1));
    assert_eq!(shop.engine.quote_remaining_ms(code.payment), 1);
    assert_eq!(state(&shop.sale(code.invoice).await), State::Waiting);
    shop.clock.turn(Duration::from_millis(1));
    let sale = shop.until_state(code.invoice, State::Expired).await;
    let ended_at = sale.payment(code.payment).unwrap().chain().unwrap().ended_at;
    assert_eq!(ended_at, Some(Timestamp::from_millis(MORNING + 900_000)));
    assert_eq!(shop.engine.quote_remaining_ms(code.payment), 0);
}

#[tokio::test]
async fn money_first_seen_in_the_millisecond_of_the_end_is_late() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.clock.turn(QUOTE_LIFE);
    shop.until_state(code.invoice, State::Expired).await;
    shop.pay(&code.address, code.coins);
    shop.mine(1);
    shop.until_state(code.invoice, State::Late).await;
    shop.check_books().await;
}

#[tokio::test]
async fn a_wall_clock_that_is_set_while_a_code_is_shown_changes_nothing() {
    for jump in JUMPS_MS {
        let shop = Shop::open().await;
        let code = shop.charge(450).await;
        shop.clock.jump(jump);
        assert_eq!(shop.engine.quote_remaining_ms(code.payment), 900_000, "{jump}");
        shop.clock.turn(QUOTE_LIFE / 2);
        assert_eq!(state(&shop.sale(code.invoice).await), State::Waiting, "{jump}");
        shop.pay(&code.address, code.coins);
        shop.until_state(code.invoice, State::Detected).await;
        shop.clock.turn(QUOTE_LIFE);
        shop.mine(1);
        shop.until_state(code.invoice, State::Paid).await;

        let unpaid = shop.charge(450).await;
        shop.clock.turn(QUOTE_LIFE);
        shop.until_state(unpaid.invoice, State::Expired).await;
        let cash = shop.cash_sale(450).await;
        assert_eq!((state(&cash), cash.receipt), (State::Paid, Some(2)), "{jump}");
        shop.check_books().await;
    }
}

#[tokio::test]
async fn a_wall_clock_that_is_set_after_the_end_does_not_make_late_money_timely() {
    for jump in [-HOUR_MS, -MORNING, TEN_YEARS_MS] {
        let shop = Shop::open().await;
        let code = shop.charge(450).await;
        shop.clock.turn(QUOTE_LIFE);
        shop.until_state(code.invoice, State::Expired).await;
        shop.clock.jump(jump);
        shop.pay(&code.address, code.coins);
        shop.mine(1);
        shop.until_state(code.invoice, State::Late).await;
        shop.check_books().await;
    }
}

#[tokio::test]
async fn a_restart_never_lengthens_a_quote() {
    for (jump, left) in
        [(0, 600_000), (HOUR_MS, 0), (-60_000, 0), (-HOUR_MS, 0), (-MORNING, 0), (TEN_YEARS_MS, 0)]
    {
        let mut shop = Shop::open().await;
        let code = shop.charge(450).await;
        shop.clock.turn(QUOTE_LIFE / 3);
        shop.open_sale(100).await;
        shop.clock.jump(jump);
        shop.restart().await;
        assert_eq!(shop.engine.quote_remaining_ms(code.payment), left, "{jump}");
        let wished = if left == 0 { State::Expired } else { State::Waiting };
        assert_eq!(state(&shop.sale(code.invoice).await), wished, "{jump}");
        shop.check_books().await;
    }
}

#[tokio::test]
async fn a_wrong_clock_at_a_restart_loses_and_doubles_nothing() {
    for jump in JUMPS_MS {
        let mut shop = Shop::open().await;
        let (paid, waits, half) = (shop.charge(450).await, shop.charge(450).await, shop.charge(450).await);
        shop.pay(&paid.address, paid.coins);
        shop.pay(&half.address, part(half.coins, 50));
        shop.mine(1);
        let receipt = shop.until_state(paid.invoice, State::Paid).await.receipt;
        shop.until(half.invoice, "half is safe", |sale| sale.coverage().unwrap().safe.is_positive()).await;
        shop.clock.jump(jump);
        shop.restart().await;
        let sale = shop.sale(paid.invoice).await;
        assert_eq!((state(&sale), sale.receipt), (State::Paid, receipt), "{jump}");
        shop.clock.jump(-jump);
        shop.restart().await;
        shop.pay(&waits.address, waits.coins);
        shop.mine(1);
        let sale = shop.until(waits.invoice, "the money counts", |sale| state(sale).is_paid()).await;
        assert_eq!(sale.receipt, Some(2), "{jump}");
        assert_eq!(shop.alerts().await, [""; 0], "{jump}");
        shop.check_books().await;
    }
}

#[tokio::test]
async fn a_quote_that_ended_while_the_till_was_off_has_ended_before_a_rail_says_anything() {
    let puppet = Puppet::new();
    let mut shop = Shop::open_on(puppet.setup()).await;
    let (late, timely) = (shop.charge(450).await, shop.charge(450).await);
    let reading = |number, code: &crate::shop::Charged, after_ms| {
        let observation = seen(&code.address, number, &code.address, code.coins, unconfirmed());
        at(observation, MORNING + after_ms)
    };
    let observations = vec![reading(1, &late, HOUR_MS), reading(2, &timely, 60_000)];
    *puppet.first_report.lock().unwrap() = Some(Report { observations, complete: true, ..Report::default() });
    shop.engine.stop().await;
    shop.clock.turn(HOUR);
    shop.restart().await;
    let sale = shop.until_state(late.invoice, State::Detected).await;
    assert!(sale.coverage().unwrap().is_late, "it came when the quote was over");
    let sale = shop.until_state(timely.invoice, State::Detected).await;
    assert!(!sale.coverage().unwrap().is_late, "it came in time and was found later");
    shop.check_books().await;
}

#[tokio::test]
async fn an_hour_asleep_is_an_hour_of_a_quote() {
    let mut shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.engine.stop().await;
    shop.clock.turn(HOUR);
    shop.restart().await;
    let sale = shop.sale(code.invoice).await;
    let ended_at = sale.payment(code.payment).unwrap().chain().unwrap().ended_at;
    assert_eq!(ended_at, Some(Timestamp::from_millis(MORNING + 900_000)), "it ended when its life was over");
    shop.saw([at(seen("aa:0", 1, &code.address, code.coins, confirmed(1)), MORNING + 1)]).await;
    assert_eq!(state(&shop.sale(code.invoice).await), State::Paid, "a block found in time counts as in time");
}
