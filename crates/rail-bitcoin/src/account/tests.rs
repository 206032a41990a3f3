//! Accounts in every spelling, and whatever people paste instead.

use bdk_wallet::bitcoin::base58;

use super::*;

/// Of the words "abandon … about", m/84'/1'/0'.
const TPUB: &str = "tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M";
/// Of the same words, m/84'/0'/0'.
const XPUB: &str = "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V";
/// The same key as printed in BIP-84.
const ZPUB: &str = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs";
/// The private key above it, as printed in BIP-84.
const ZPRV: &str = "zprvAdG4iTXWBoARxkkzNpNh8r6Qag3irQB8PzEMkAFeTRXxHpbF9z4QgEvBRmfvqWvGp42t42nvgGpNgYSJA9iefm1yYNZKEm7z6qUWCroSQnE";
const REGTEST: Network = Network::Regtest;

fn first_address(text: &str, network: Network) -> String {
    let account = check_account(text, network).unwrap();
    let first = account.descriptor().at_derivation_index(0).unwrap();
    first.address(network.chain()).unwrap().to_string()
}

fn refusal(text: &str, network: Network) -> AccountError {
    check_account(text, network).unwrap_err()
}

/// The same key under other version bytes.
fn respelled(key: &str, version: [u8; 4]) -> String {
    let mut bytes = base58::decode_check(key).unwrap();
    bytes[..4].copy_from_slice(&version);
    base58::encode_check(&bytes)
}

fn with_checksum(body: &str) -> String {
    format!("{body}#{}", bdk_wallet::miniscript::descriptor::checksum::desc_checksum(body).unwrap())
}

#[test]
fn every_spelling_of_an_account_gives_the_addresses_of_bip_84() {
    let first = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu";
    for text in [
        XPUB.to_owned(),
        ZPUB.to_owned(),
        format!("  {ZPUB}\n"),
        format!("[73c5da0a/84'/0'/0']{XPUB}"),
        format!("[73c5da0a/84h/0h/0h]{ZPUB}"),
        format!("wpkh([73c5da0a/84h/0h/0h]{XPUB}/0/*)"),
        format!("wpkh({XPUB}/<0;1>/*)"),
        with_checksum(&format!("wpkh([73c5da0a/84'/0'/0']{XPUB}/<0;1>/*)")),
    ] {
        assert_eq!(first_address(&text, Network::Bitcoin), first, "{text}");
    }
}

#[test]
fn a_test_account_serves_every_test_network() {
    let vpub = respelled(TPUB, [0x04, 0x5f, 0x1c, 0xf6]);
    assert!(vpub.starts_with("vpub"));
    for text in [TPUB.to_owned(), vpub, format!("[73c5da0a/84'/1'/0']{TPUB}")] {
        assert_eq!(first_address(&text, Network::Signet), "tb1q6rz28mcfaxtmd6v789l9rrlrusdprr9pqcpvkl");
        assert_eq!(first_address(&text, REGTEST), "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk");
    }
}

#[test]
fn a_taproot_account_gives_taproot_addresses() {
    // The account and the address printed in BIP-86.
    let xpub = "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ";
    let first = "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr";
    for text in [format!("[73c5da0a/86'/0'/0']{xpub}"), format!("tr({xpub}/0/*)")] {
        assert_eq!(first_address(&text, Network::Bitcoin), first);
        assert_eq!(check_account(&text, Network::Bitcoin).unwrap().dust_limit_sat(), 330);
    }
    assert_eq!(check_account(TPUB, REGTEST).unwrap().dust_limit_sat(), 294);
}

#[test]
fn a_secret_is_refused_without_being_repeated() {
    let words = format!("{}about", "abandon ".repeat(11));
    let wif = "L1uyy5qTuGrVXrmrsvHWHgVzW9kKdrp27wBC7Vs6nZDTF2BRUVwy";
    for text in [
        ZPRV.to_owned(),
        format!("[73c5da0a/84'/0'/0']{ZPRV}"),
        format!("wpkh({ZPRV}/0/*)"),
        format!("wpkh({wif})"),
        wif.to_owned(),
        words,
    ] {
        let error = refusal(&text, Network::Bitcoin);
        assert_eq!(error, AccountError::PrivateKey, "{text}");
        assert!(error.to_string().contains("never paste it"));
        assert!(!error.to_string().contains("zprv") && !error.to_string().contains("abandon"));
    }
}

#[test]
fn a_key_of_another_network_is_refused_with_the_prefix_that_would_do() {
    for text in
        [XPUB.to_owned(), ZPUB.to_owned(), format!("wpkh({XPUB}/0/*)"), format!("wpkh({XPUB}/<0;1>/*)")]
    {
        assert_eq!(
            refusal(&text, REGTEST).to_string(),
            "this account belongs to the real bitcoin network, but the till is set to regtest: give one that begins \
             with tpub or vpub"
        );
    }
    assert!(matches!(
        refusal(TPUB, Network::Bitcoin),
        AccountError::WrongNetwork { wanted: "xpub or zpub", .. }
    ));
}

#[test]
fn typing_errors_are_found() {
    let mut swapped = TPUB.to_owned();
    swapped.replace_range(50..51, if &TPUB[50..51] == "1" { "2" } else { "1" });
    let descriptor = with_checksum(&format!("wpkh({TPUB}/0/*)"));
    let (body, _) = descriptor.split_once('#').unwrap();
    for text in
        [swapped, TPUB[..80].to_owned(), format!("{TPUB}1"), format!("{body}#qqqqqqqq"), "tpub".to_owned()]
    {
        assert_eq!(refusal(&text, REGTEST), AccountError::Checksum, "{text}");
    }
}

#[test]
fn what_cannot_be_sold_into_says_why() {
    let ypub = respelled(XPUB, [0x04, 0x9d, 0x7c, 0xb2]);
    let shared = respelled(XPUB, [0x02, 0xaa, 0x7e, 0xd3]);
    let single = "wpkh(02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13)";
    for (text, error) in [
        (ypub, AccountError::OlderAddresses),
        (shared, AccountError::Shared),
        (format!("[73c5da0a/44'/1'/0']{TPUB}"), AccountError::OlderAddresses),
        (format!("[73c5da0a/48'/1'/0']{TPUB}"), AccountError::Shared),
        (format!("[73c5da0a/84'/1']{TPUB}"), AccountError::Depth),
        (format!("[73c5da0a]{TPUB}"), AccountError::Origin),
        (format!("[nothex00/84'/1'/0']{TPUB}"), AccountError::Origin),
        (format!("[73c5da0a/84'/1'/0'{TPUB}"), AccountError::Origin),
        (format!("wpkh({TPUB}/1/*)"), AccountError::Path),
        (format!("wpkh({TPUB}/0/5)"), AccountError::Path),
        (format!("wpkh({TPUB}/0/*h)"), AccountError::Path),
        (single.to_owned(), AccountError::Path),
        (format!("sh(wpkh({TPUB}/0/*))"), AccountError::Kind),
        (format!("pkh({TPUB}/0/*)"), AccountError::Kind),
        (format!("wsh(multi(1,{TPUB}/0/*))"), AccountError::Kind),
        (format!("wpkh({TPUB}/0/*"), AccountError::Descriptor),
        ("bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk".to_owned(), AccountError::Unrecognised),
        (String::new(), AccountError::Unrecognised),
        ("zażółć gęślą jaźń".to_owned(), AccountError::Unrecognised),
    ] {
        let found = match text.contains("ypub") || text.contains("Zpub") {
            true => refusal(&text, Network::Bitcoin),
            false => refusal(&text, REGTEST),
        };
        assert_eq!(found, error, "{text}");
    }
}
