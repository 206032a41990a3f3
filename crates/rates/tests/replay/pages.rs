//! What sources answer, in the shape of their documentation. Each names its page; the numbers are made up where the page
//! shows another pair. None of it was taken from a live service.

/// <https://docs.kraken.com/api/docs/rest-api/get-ticker-information>
pub(crate) const KRAKEN: &str = r#"{
  "error": [],
  "result": {
    "XXBTZEUR": {
      "a": ["52640.20000", "1", "1.000"],
      "b": ["52640.10000", "1", "1.000"],
      "c": ["52641.10000", "0.00080000"],
      "v": ["4083.67001100", "4412.73601799"],
      "p": ["52706.77771", "52689.13205"],
      "t": [34619, 38907],
      "l": ["51868.30000", "51868.30000"],
      "h": ["53631.00000", "53631.00000"],
      "o": "52502.80000"
    },
    "USDCEUR": {
      "a": ["0.85010000", "100", "100.000"],
      "b": ["0.84990000", "100", "100.000"],
      "c": ["0.85000000", "20.00000000"],
      "v": ["1.0", "1.0"],
      "p": ["0.85", "0.85"],
      "t": [1, 1],
      "l": ["0.84", "0.84"],
      "h": ["0.86", "0.86"],
      "o": "0.85000000"
    }
  }
}"#;

/// The same page: an error stands in the list, and there is no result.
pub(crate) const KRAKEN_REFUSES: &str = r#"{"error":["EQuery:Unknown asset pair"]}"#;

/// <https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-ticker>
pub(crate) const COINBASE: &str = r#"{
  "ask": "52640.30",
  "bid": "52640.10",
  "volume": "241.41498203",
  "trade_id": 86326522,
  "price": "52641.12",
  "size": "0.00698254",
  "time": "2026-09-20T12:26:30.123456Z"
}"#;

/// <https://www.bitstamp.net/api/#tag/Tickers/operation/GetMarketTicker>
pub(crate) const BITSTAMP: &str = r#"{
  "ask": "52641.00",
  "bid": "52640.00",
  "high": "53811.00",
  "last": "52640.00",
  "low": "51188.00",
  "open": "52211.00",
  "open_24": "52211.00",
  "percent_change_24": "13.57",
  "side": "0",
  "timestamp": "1789907190",
  "volume": "213.26801100",
  "vwap": "52189.80"
}"#;

/// <https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#symbol-order-book-ticker>
pub(crate) const BINANCE: &str = r#"[
  {"symbol": "BTCEUR", "bidPrice": "52640.00000000", "bidQty": "431.00000000", "askPrice": "52640.20000000", "askQty": "9.00000000"},
  {"symbol": "ETHEUR", "bidPrice": "2100.07940000", "bidQty": "9.00000000", "askPrice": "2100.20000000", "askQty": "1000.00000000"}
]"#;

/// <https://docs.bitfinex.com/reference/rest-public-tickers>
pub(crate) const BITFINEX: &str = r#"[
  ["tBTCEUR", 52640, 9.91, 52641, 10.2, -83.5, -0.0016, 52640.5, 123.4, 53000, 52000],
  ["tUSTUSD", 1.0001, 9, 1.0003, 10, 0, 0, 1.0002, 1, 1, 1]
]"#;

/// <https://docs.coingecko.com/v3.0.1/reference/simple-price>
pub(crate) const COINGECKO: &str = r#"{
  "bitcoin": {"eur": 52640.3567717465, "usd": 61930.12, "last_updated_at": 1789907100},
  "usd-coin": {"eur": 0.85002, "last_updated_at": 1789907101}
}"#;

/// <https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html>
pub(crate) const ECB: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender>
		<gesmes:name>European Central Bank</gesmes:name>
	</gesmes:Sender>
	<Cube>
		<Cube time='2026-09-18'>
			<Cube currency='USD' rate='1.1765'/>
			<Cube currency='JPY' rate='173.51'/>
			<Cube currency='CHF' rate='0.9339'/>
		</Cube>
	</Cube>
</gesmes:Envelope>"#;

/// <https://docs.cdp.coinbase.com/coinbase-app/track-apis/exchange-rates>
pub(crate) const COINBASE_FIAT: &str = r#"{
  "data": {
    "currency": "EUR",
    "rates": {"AED": "4.32", "BTC": "0.000019", "CHF": "0.9341", "EUR": "1.0", "USD": "1.1764"}
  }
}"#;
