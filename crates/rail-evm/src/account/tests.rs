//! Accounts: vectors that other wallets agree on, and what is refused.

use bitcoin::bip32::Xpriv;

use super::*;

/// The seed of the words `test test test test test test test test test test test junk`, which every development node uses.
const SEED: &str = "9dfc3c64c2f8bede1533b6a79f8570e5943e0b8fd1cf77107adf7b72cef42185\
                    d564a3aee24cab43f80e3c4538087d70fc824eabbad596a23c97b6ee8322ccc0";

fn key(path: &str) -> Xpub {
    let seed: Vec<u8> =
        (0..SEED.len()).step_by(2).map(|at| u8::from_str_radix(&SEED[at..at + 2], 16).unwrap()).collect();
    let secp = Secp256k1::new();
    let master = Xpriv::new_master(NetworkKind::Main, &seed).unwrap();
    Xpub::from_priv(&secp, &master.derive_priv(&secp, &DerivationPath::from_str(path).unwrap()).unwrap())
}

fn account() -> Account {
    check_account(&key("m/44'/60'/0'").to_string()).unwrap()
}

#[test]
fn addresses_are_those_other_wallets_derive_from_the_same_words() {
    for (index, address) in [
        (0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        (1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        (2, "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        (9, "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    ] {
        assert_eq!(account().address(index).as_deref(), Some(address));
    }
    assert_eq!(account().address(u32::MAX), None);
}

#[test]
fn an_origin_may_stand_before_the_key() {
    let plain = key("m/44'/60'/0'");
    for text in [format!("[d34db33f/44'/60'/0']{plain}"), format!(" [d34db33f/44h/60h/0h]{plain}\n")] {
        assert_eq!(check_account(&text), Ok(account()), "{text}");
    }
}

#[test]
fn what_cannot_be_sold_into_says_what_to_give_instead() {
    let plain = key("m/44'/60'/0'").to_string();
    let typo = format!("{}{}", &plain[..plain.len() - 1], if plain.ends_with('a') { 'b' } else { 'a' });
    for (text, error) in [
        (String::new(), AccountError::Unrecognised),
        ("shop".to_owned(), AccountError::Unrecognised),
        (typo, AccountError::Checksum),
        (key("m").to_string(), AccountError::Depth),
        (key("m/44'/60'/0'/0").to_string(), AccountError::Depth),
        (key("m/44'/60'/0").to_string(), AccountError::Depth),
        (format!("[d34db33f/84'/0'/0']{plain}"), AccountError::Bitcoin),
        (format!("[d34db33f/44'/0'/0']{plain}"), AccountError::Bitcoin),
        (format!("[d34db33f/44'/61'/0']{plain}"), AccountError::Path),
        (format!("[d34db33f/44'/60']{plain}"), AccountError::Path),
        (format!("[shop/44'/60'/0']{plain}"), AccountError::Origin),
        (format!("[d34db33f/44'/60'/0'{plain}"), AccountError::Origin),
        (format!("z{}", &plain[1..]), AccountError::Bitcoin),
        ("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".to_owned(), AccountError::OneAddress),
    ] {
        assert_eq!(check_account(&text), Err(error), "{text}");
    }
}

#[test]
fn a_secret_is_recognised_in_every_form_and_never_repeated() {
    let raw = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    for secret in [
        format!(
            "x{}",
            "prv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
        ),
        raw.to_owned(),
        format!("0x{raw}"),
        "test test test test test test test test test test test junk".to_owned(),
    ] {
        let error = check_account(&secret).unwrap_err();
        assert_eq!(error, AccountError::PrivateKey);
        assert!(!format!("{error} {error:?}").contains(&secret));
    }
}

#[test]
fn an_account_is_not_printed() {
    assert_eq!(format!("{:?}", account()), "Account(evm)");
}
