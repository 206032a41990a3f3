//! What holds for every amount, every currency and every text.

use money::{Currency, Money, MoneyFormat, Percent, Rate, Rounding};
use proptest::prelude::*;

use crate::{cents, iso, sats};

const FORMATS: [MoneyFormat; 3] = [MoneyFormat::ENGLISH, MoneyFormat::GERMAN, MoneyFormat::SWISS];

const FORTY_DIGITS: &str = "1234567890123456789012345678901234567890";

/// No files are written; a failure prints the smallest input it was reduced to.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() }
}

fn any_currency() -> impl Strategy<Value = Currency> {
    let currencies: Vec<Currency> = Currency::all_iso().chain([Currency::BTC]).collect();
    prop::sample::select(currencies)
}

/// All magnitudes are equally likely, and the two ends likely too.
fn any_minor() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => (any::<i64>(), 0_u32..64).prop_map(|(bits, shift)| bits >> shift),
        1 => prop::sample::select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX]),
    ]
}

fn any_rounding() -> impl Strategy<Value = Rounding> {
    use Rounding::{Ceiling, Down, Floor, HalfEven, HalfUp, Up};
    prop::sample::select(vec![HalfEven, HalfUp, Up, Down, Ceiling, Floor])
}

fn any_percent() -> impl Strategy<Value = Percent> {
    (0_u32..1000, 0_u32..1_000_000).prop_map(|(whole, millionths)| {
        Percent::parse(&format!("{whole}.{millionths:06}")).expect("in range")
    })
}

fn any_rate() -> impl Strategy<Value = Rate> {
    (any_currency(), any_currency(), "[1-9][0-9]{0,14}(\\.[0-9]{1,13})?")
        .prop_filter_map("a rate needs two currencies", |(base, quote, price)| {
            Rate::parse(base, quote, &price).ok()
        })
}

/// Digits without the zeros at either end, which a decimal mark may shift or pad.
fn significant(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

/// Whatever is read has the digits that were typed, and is read again as the same amount from every print.
fn reads_faithfully_or_not_at_all(text: &str, default_currency: Currency) {
    let Ok(amount) = Money::parse(text, default_currency) else { return };
    assert_eq!(significant(text), significant(&amount.minor().to_string()), "{text:?} was read as {amount}");
    assert_eq!(Money::parse(&amount.to_string(), default_currency), Ok(amount), "{text:?}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn parts_add_up_and_are_within_one_unit_of_the_exact_share(
        minor in any_minor(),
        weights in prop::collection::vec(prop_oneof![Just(0), 0_u64..1000, any::<u64>()], 1..20),
    ) {
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        prop_assume!(total > 0);
        let parts = cents(minor).allocate(&weights).unwrap();
        prop_assert_eq!(parts.len(), weights.len());
        let sum: i128 = parts.iter().map(|part| i128::from(part.minor())).sum();
        prop_assert_eq!(sum, i128::from(minor));
        for (part, weight) in parts.iter().zip(&weights) {
            let floor = u128::from(minor.unsigned_abs()) * u128::from(*weight) / total;
            let above = u128::from(part.minor().unsigned_abs()).checked_sub(floor);
            prop_assert!(matches!(above, Some(0 | 1)), "{} of {minor} for {weight} in {total}", part.minor());
            prop_assert!(*weight > 0 || part.is_zero());
        }
    }

    #[test]
    fn adding_and_taking_away_again_changes_nothing(left in any_minor(), right in any_minor()) {
        match cents(left).checked_add(cents(right)) {
            Ok(sum) => prop_assert_eq!(sum.checked_sub(cents(right)), Ok(cents(left))),
            Err(_) => prop_assert_eq!(left.checked_add(right), None),
        }
    }

    #[test]
    fn conversion_there_and_back_is_off_by_no_more_than_the_two_roundings(
        satoshi in -2_100_000_000_000_000_i64..2_100_000_000_000_000,
        price_cents in 1_i64..10_000_000_000,
    ) {
        let rate = Rate::parse(Currency::BTC, iso("EUR"), &cents(price_cents).to_decimal_string()).unwrap();
        let there = sats(satoshi).convert(&rate, Rounding::HalfEven).unwrap();
        let back = there.convert(&rate, Rounding::HalfEven).unwrap();
        let off = i128::from(back.minor()) - i128::from(satoshi);
        // Half a cent is worth 10^8 / (2 * price) satoshi, and half a satoshi is lost on the way back.
        prop_assert!(off.abs() * 2 * i128::from(price_cents) <= 100_000_000 + i128::from(price_cents));
    }

    #[test]
    fn conversion_agrees_with_plain_multiplication(
        minor in -1_000_000_000_000_i64..1_000_000_000_000,
        mantissa in 1_i64..1_000_000_000_000,
        scale in 0_u32..10,
    ) {
        let price = rust_decimal::Decimal::new(mantissa, scale);
        let rate = Rate::new(iso("KWD"), iso("EUR"), price).unwrap();
        let exact = i128::from(minor) * i128::from(mantissa);
        let divisor = 10_i128.pow(scale + 1);
        let floor = i64::try_from(exact.div_euclid(divisor)).ok().map(cents);
        prop_assert_eq!(Money::new(minor, iso("KWD")).convert(&rate, Rounding::Floor).ok(), floor);
    }

    #[test]
    fn every_rounding_lies_between_floor_and_ceiling(
        minor in any_minor(), rate in any_rate(), rounding in any_rounding(), to_quote in any::<bool>(),
    ) {
        let amount = Money::new(minor, if to_quote { rate.base() } else { rate.quote() });
        let (floor, ceiling) = (amount.convert(&rate, Rounding::Floor), amount.convert(&rate, Rounding::Ceiling));
        if let (Ok(floor), Ok(ceiling)) = (floor, ceiling) {
            let rounded = amount.convert(&rate, rounding).unwrap();
            prop_assert!(floor <= rounded && rounded <= ceiling);
            prop_assert!(ceiling.minor() - floor.minor() <= 1);
        }
    }

    #[test]
    fn contained_tax_is_what_was_added(net in 0_i64..1_000_000_000_000, percent in any_percent()) {
        let tax = cents(net).percent(percent, Rounding::HalfEven).unwrap();
        let gross = cents(net).checked_add(tax).unwrap();
        let contained = gross.included_percent(percent, Rounding::HalfEven).unwrap();
        prop_assert!((contained.minor() - tax.minor()).abs() <= 1, "{tax} added, {contained} contained");
    }

    #[test]
    fn cash_rounding_gives_a_multiple_less_than_a_step_away(
        minor in any_minor(), step in 1_i64..10_000, rounding in any_rounding(),
    ) {
        if let Ok(rounded) = cents(minor).rounded_to(step, rounding) {
            prop_assert_eq!(rounded.minor() % step, 0);
            prop_assert!((i128::from(rounded.minor()) - i128::from(minor)).abs() < i128::from(step));
        }
    }

    #[test]
    fn arithmetic_at_the_limits_never_panics(
        amount in (any_minor(), any_currency()), other in any_minor(), rate in any_rate(),
        percent in any_percent(), rounding in any_rounding(), weights in prop::collection::vec(any::<u64>(), 0..5),
    ) {
        let amount = Money::new(amount.0, amount.1);
        let other = Money::new(other, amount.currency());
        let results = [
            amount.checked_add(other), amount.checked_sub(other), amount.negated(), amount.abs(),
            amount.times(other.minor()), amount.percent(percent, rounding),
            amount.included_percent(percent, rounding), amount.convert(&rate, rounding),
            amount.proportion(other.minor(), amount.minor(), rounding), amount.rounded_to(other.minor(), rounding),
        ];
        for result in results {
            // An amount that exists can be printed; one that doesn't has a one-line reason.
            let line = result.map_or_else(|refused| refused.to_string(), |amount| amount.to_string());
            prop_assert!(!line.is_empty() && !line.contains('\n'));
        }
        prop_assert_eq!(amount.allocate(&weights).is_ok(), weights.iter().any(|weight| *weight > 0));
        prop_assert!(rate.with_spread(percent).map_or(true, |lowered| lowered.price() <= rate.price()));
    }

    #[test]
    fn what_is_printed_in_any_format_is_read_back(minor in any_minor(), currency in any_currency()) {
        let printed = Money::new(minor, currency);
        prop_assert_eq!(Money::parse_exact(&printed.to_decimal_string(), currency), Ok(printed));
        let Ok(printed) = printed.abs() else { return Ok(()) };
        prop_assert_eq!(Money::parse(&printed.to_string(), iso("EUR")), Ok(printed));
        for format in FORMATS {
            let text = printed.format(&format);
            prop_assert_eq!(Money::parse(&text, currency), Ok(printed), "{} {}", text, currency);
        }
    }

    #[test]
    fn percentages_are_read_back_from_their_print(percent in any_percent()) {
        prop_assert_eq!(Percent::parse(&percent.to_string()), Ok(percent));
    }

    #[test]
    fn arbitrary_text_is_read_faithfully_or_refused(text in any::<String>(), currency in any_currency()) {
        reads_faithfully_or_not_at_all(&text, currency);
    }

    #[test]
    fn text_that_looks_like_an_amount_is_read_faithfully_or_refused(
        text in "[-+]?[0-9]{0,4}([.,' \u{a0}\u{2019}]{0,2}[0-9٣]{0,4}){0,4}[eE]?[0-9]{0,2} ?(EUR|btc|JPY|XAU)?",
        currency in any_currency(),
    ) {
        reads_faithfully_or_not_at_all(&text, currency);
    }
}

#[test]
fn every_small_damage_to_a_good_amount_is_read_faithfully_or_refused() {
    let damages = [
        "",
        ".",
        ",",
        "'",
        " ",
        "-",
        "+",
        "e",
        "e5",
        "٣",
        "\0",
        "\n",
        "€",
        "EUR",
        "0",
        "\u{202e}",
        FORTY_DIGITS,
    ];
    let amounts = ["4.50", "1,234.50", "1.234,50", "1'234.5", "1 234,50", "0.00012345 BTC", "1,234"];
    let mut texts = 0;
    for (amount, damage) in amounts.iter().flat_map(|amount| damages.map(|damage| (amount, damage))) {
        for place in (0..=amount.len()).filter(|place| amount.is_char_boundary(*place)) {
            let (before, after) = amount.split_at(place);
            reads_faithfully_or_not_at_all(&format!("{before}{damage}{after}"), iso("EUR"));
            texts += 1;
        }
    }
    assert!(texts >= 200, "only {texts} texts were tried");
}
