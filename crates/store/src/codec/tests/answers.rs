//! What public sources said is kept with the quote.

use super::*;

#[test]
fn a_quote_keeps_what_each_source_said() {
    let eur = Currency::iso("EUR").unwrap();
    let price = |text| Some(Rate::parse(Currency::BTC, eur, text).unwrap());
    let at = Some(Timestamp::from_millis(1_790_000_000_000));
    let dollar = Currency::iso("USD").unwrap();
    let answer = |source: &str, price, through, as_of, verdict| SourceAnswer {
        source: source.to_owned(),
        price,
        through,
        as_of,
        verdict,
    };
    let answers = vec![
        answer("kraken", price("57710.00"), None, at, Verdict::Agreed),
        answer("binance", price("57000"), Some(dollar), at, Verdict::Outlier),
        answer("bitstamp", price("57711"), None, at, Verdict::Stale),
        answer("coinbase", None, None, None, Verdict::Missing("it does not answer".to_owned())),
    ];
    let rate = QuotedRate { source: "market".to_owned(), answers, ..rate() };
    let quote = Quote { rate, ..terms().quote };
    let text = sale_text(&SaleEvent::PaymentStarted {
        payment: payment(),
        terms: PaymentTerms { quote, ..terms() },
    });
    let kept = r#""answers":[{"source":"kraken","price":{"base":"BTC","base_scale":8,"quote":"EUR","quote_scale":2,"price":"57710.00"},"as_of":1790000000000,"verdict":"agreed"},{"source":"binance","price":{"base":"BTC","base_scale":8,"quote":"EUR","quote_scale":2,"price":"57000"},"through":"USD","as_of":1790000000000,"verdict":"outlier"},{"source":"bitstamp","price":{"base":"BTC","base_scale":8,"quote":"EUR","quote_scale":2,"price":"57711"},"as_of":1790000000000,"verdict":"stale"},{"source":"coinbase","verdict":"missing","reason":"it does not answer"}]"#;
    assert!(text.contains(kept), "{text}");
}
