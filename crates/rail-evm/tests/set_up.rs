//! Setting a chain or a token up: the node's answer against the table and what was typed.

use counterparties::{Anvil, Token, TokenKind};
use rail_evm::{SetUpError, TokenConfig, check_chain, check_token};
use tokio::runtime::Runtime;

use crate::till::{ARBITRUM, node};

fn config(token: &Token, symbol: &str, decimals: u8) -> TokenConfig {
    TokenConfig { symbol: symbol.to_owned(), contract: token.address().to_lowercase(), decimals }
}

#[test]
fn a_provider_must_serve_the_chain_that_is_set_up() {
    let node = Anvil::start(1).unwrap();
    let runtime = Runtime::new().unwrap();
    assert_eq!(runtime.block_on(check_chain(1, node.url())).map(|chain| chain.name), Ok("Ethereum"));
    let error = runtime.block_on(check_chain(8_453, node.url())).unwrap_err().to_string();
    assert!(error.contains("serves chain 1, but 8453"), "{error}");
    let error = runtime.block_on(check_chain(1, "http://127.0.0.1:9")).unwrap_err().to_string();
    assert!(error.contains("http://127.0.0.1:9 cannot be used: it cannot be reached"), "{error}");
}

#[test]
fn a_token_is_what_its_contract_says_and_both_values_are_named_where_they_differ() {
    let node = node();
    let token = Token::deploy(&node, TokenKind::Plain, "EURC", 6).unwrap();
    let runtime = Runtime::new().unwrap();
    let check = |config: &TokenConfig| runtime.block_on(check_token(ARBITRUM, node.url(), config));
    let facts = check(&config(&token, "EURC", 6)).unwrap();
    assert_eq!((facts.symbol.as_str(), facts.decimals, facts.known_as), ("EURC", 6, None));
    assert_eq!(check(&config(&token, "EURC", 18)), Err(SetUpError::Decimals { found: 6, expected: 18 }));
    let (found, expected) = ("EURC".to_owned(), "EURT".to_owned());
    assert_eq!(check(&config(&token, "EURT", 6)), Err(SetUpError::Symbol { found, expected }));
    assert!(matches!(check(&config(&token, "USDC", 6)), Err(SetUpError::LookAlike { .. })));
    let nothing = TokenConfig {
        symbol: "EURC".to_owned(),
        contract: "0x00000000000000000000000000000000005470b5".to_owned(),
        decimals: 6,
    };
    assert_eq!(check(&nothing), Err(SetUpError::NoToken { chain: "Arbitrum" }));
}
