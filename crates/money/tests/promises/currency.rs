//! Codes, scales, and what may be registered.

use money::{Currency, CurrencyError};

use crate::iso;

#[test]
fn iso_exponents_are_the_scales() {
    for (code, scale, minor_per_major) in
        [("EUR", 2, 100), ("JPY", 0, 1), ("KWD", 3, 1000), ("CLF", 4, 10_000), ("ISK", 0, 1), ("XAF", 0, 1)]
    {
        let currency = iso(code);
        assert_eq!(currency.code(), code);
        assert_eq!(currency.to_string(), code);
        assert_eq!(currency.scale(), scale, "{code}");
        assert_eq!(currency.minor_per_major(), minor_per_major, "{code}");
        assert!(currency.is_fiat(), "{code}");
    }
}

#[test]
fn bitcoin_is_counted_in_satoshi_and_is_not_fiat() {
    assert_eq!(Currency::BTC.code(), "BTC");
    assert_eq!(Currency::BTC.scale(), 8);
    assert_eq!(Currency::BTC.minor_per_major(), 100_000_000);
    assert!(!Currency::BTC.is_fiat());
    assert_eq!(Currency::from_code("btc"), Ok(Currency::BTC));
}

#[test]
fn codes_are_read_in_either_case() {
    assert_eq!(Currency::iso("eur"), Ok(iso("EUR")));
    assert_eq!(Currency::from_code("Chf"), Ok(iso("CHF")));
}

#[test]
fn every_listed_currency_can_be_stored_and_read_back() {
    let all: Vec<Currency> = Currency::all_iso().collect();
    assert!(all.len() > 150, "ISO 4217 lists more than {} currencies", all.len());
    for currency in all.into_iter().chain([Currency::BTC]) {
        assert!(currency.scale() <= 4 || currency == Currency::BTC, "{currency}");
        assert_eq!(Currency::from_code(currency.code()), Ok(currency));
        assert_eq!(Currency::parts(currency.code(), currency.scale()), Ok(currency));
    }
}

#[test]
fn metals_and_test_codes_have_no_minor_unit() {
    for code in ["XXX", "XTS", "XAU", "XDR", "xau"] {
        let refused = CurrencyError::NoExponent { code: code.to_uppercase() };
        assert_eq!(Currency::iso(code), Err(refused.clone()));
        assert_eq!(Currency::from_code(code), Err(refused));
    }
}

#[test]
fn unlisted_codes_are_unknown() {
    for code in ["", "E", "EURO", "ABC", "ÉUR", "E R", "usdc"] {
        let refused = Currency::from_code(code);
        assert!(matches!(refused, Err(CurrencyError::Unknown { .. })), "{code:?} gave {refused:?}");
    }
    assert!(Currency::iso("BTC").is_err(), "bitcoin is not in ISO 4217");
}

#[test]
fn tokens_keep_their_decimals_up_to_nine() {
    let cases = [("USDC.8453", 6, 6), ("USDC.56", 18, 9), ("ETH", 18, 9), ("A234567890.234567890", 0, 0)];
    for (code, decimals, scale) in cases {
        let token = Currency::asset(code, decimals).unwrap();
        assert_eq!((token.code(), token.scale()), (code, scale));
        assert!(!token.is_fiat());
        assert_eq!(Currency::parts(code, scale), Ok(token));
    }
}

#[test]
fn the_same_token_with_other_decimals_is_another_currency() {
    assert_ne!(Currency::asset("USDC.1", 6), Currency::asset("USDC.1", 9));
}

#[test]
fn malformed_token_codes_are_refused() {
    for code in ["", ".", ".USDC", "1INCH", "usdc", "USD C", "USD-C", "ÜSDC", "A23456789012345678901", "A\0"]
    {
        let refused = Currency::asset(code, 6);
        assert!(matches!(refused, Err(CurrencyError::Malformed { .. })), "{code:?} gave {refused:?}");
    }
}

#[test]
fn a_token_cannot_take_the_code_of_money() {
    for code in ["EUR", "BTC", "XXX", "XAU"] {
        assert_eq!(Currency::asset(code, 2), Err(CurrencyError::Reserved { code: code.to_owned() }));
    }
}

#[test]
fn a_stored_scale_that_contradicts_the_registered_one_is_refused() {
    let mismatch = |code: &str, expected, stored| CurrencyError::ScaleMismatch {
        code: code.to_owned(),
        expected,
        stored,
    };
    assert_eq!(Currency::parts("EUR", 3), Err(mismatch("EUR", 2, 3)));
    assert_eq!(Currency::parts("BTC", 2), Err(mismatch("BTC", 8, 2)));
    let too_large = CurrencyError::ScaleTooLarge { code: "ETH".to_owned(), scale: 18 };
    assert_eq!(Currency::parts("ETH", 18), Err(too_large));
}

#[test]
fn refusals_of_hostile_codes_stay_one_short_line() {
    let refused = Currency::iso(&"\n\u{202e}".repeat(5000)).unwrap_err().to_string();
    assert!(refused.len() < 300 && !refused.contains(['\n', '\u{202e}']), "{refused}");
}

#[test]
fn a_coin_of_a_chain_knows_its_symbol_and_its_chain() {
    let usdc = Currency::on_chain("USDC", 8453, 6).unwrap();
    assert_eq!(
        (usdc.code(), usdc.scale(), usdc.symbol(), usdc.chain_id()),
        ("USDC.8453", 6, "USDC", Some(8453))
    );
    let bridged = Currency::on_chain("USDC.E", 137, 6).unwrap();
    assert_eq!((bridged.symbol(), bridged.chain_id()), ("USDC.E", Some(137)));
    assert_eq!(Currency::on_chain("ETH", 1, 18).unwrap().scale(), 9);
    assert_eq!((Currency::BTC.symbol(), Currency::BTC.chain_id()), ("BTC", None));
    let dotted = Currency::asset("STRK.X", 4).unwrap();
    assert_eq!((dotted.symbol(), dotted.chain_id()), ("STRK.X", None));
    assert!(Currency::on_chain("ALLTOOLONGSYMBOL", 42161, 6).is_err());
}

#[test]
fn the_same_token_on_two_chains_is_two_assets() {
    assert_ne!(Currency::on_chain("USDC", 1, 6).unwrap(), Currency::on_chain("USDC", 8453, 6).unwrap());
}
