//! Addresses and signatures against published ones: the standards' own examples, and the accounts that every wallet and
//! test node makes of the two best-known test mnemonics.

use bitcoin::bip32::Xpub;
use bitcoin::secp256k1::Secp256k1;

use super::*;
use crate::{Secret, VaultScope};

const JUNK: &str = "test test test test test test test test test test test junk";

fn mnemonic(words: &str) -> Mnemonic {
    Mnemonic::parse(words).unwrap()
}

fn abandon() -> Mnemonic {
    mnemonic(&format!("{}about", "abandon ".repeat(11)))
}

fn bytes(hex: &str) -> [u8; 32] {
    std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

fn key(hex: &str) -> SecretKey {
    SecretKey::from_slice(&bytes(hex)).unwrap()
}

fn vault() -> Vault {
    Vault::in_memory(VaultScope::new("sandbox", "3f2a9c0b7d1e4856").unwrap())
}

#[test]
fn addresses_are_those_that_wallets_make_of_the_test_mnemonics() {
    let address =
        |words: &Mnemonic, index| words.evm_signer().address(EvmKey::Receiving(index)).unwrap().to_string();
    assert_eq!(address(&abandon(), 0), "0x9858EfFD232B4033E47d90003D41EC34EcaEda94");
    assert_eq!(
        [0, 1, 2].map(|index| address(&mnemonic(JUNK), index)),
        [
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
        ]
    );
}

#[test]
fn what_is_watched_is_what_can_be_signed_for() {
    let words = abandon();
    let account = words.evm_account();
    let (origin, xpub) = account.as_str().split_once(']').unwrap();
    assert_eq!(origin, "[73c5da0a/44'/60'/0'");
    let signer = words.evm_signer();
    for (key, path) in [(EvmKey::Receiving(7), [0, 7]), (EvmKey::Fees, [1, 0])] {
        let path = path.map(|index| ChildNumber::Normal { index });
        let watched = xpub.parse::<Xpub>().unwrap().derive_pub(&Secp256k1::new(), &path).unwrap();
        assert_eq!(EvmAddress::of(&watched.public_key), signer.address(key).unwrap());
    }
}

#[test]
fn addresses_have_the_checksum_of_eip_55() {
    for printed in [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ] {
        let address: [u8; 20] =
            std::array::from_fn(|i| u8::from_str_radix(&printed[2 + 2 * i..4 + 2 * i], 16).unwrap());
        assert_eq!(EvmAddress(address).to_string(), printed);
    }
}

#[test]
fn the_transaction_of_eip_155_is_signed_as_printed_there() {
    let digest = bytes("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    let signature = sign(&Secp256k1::signing_only(), &key(&"46".repeat(32)), digest);
    assert_eq!(
        signature,
        EvmSignature {
            r: bytes("28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"),
            s: bytes("67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"),
            is_y_odd: false,
        }
    );
}

#[test]
fn the_typed_data_of_eip_712_is_signed_as_printed_there() {
    let cow = Keccak256::digest(b"cow");
    let cow = SecretKey::from_slice(&cow).unwrap();
    let secp = Secp256k1::signing_only();
    let address = EvmAddress::of(&PublicKey::from_secret_key(&secp, &cow));
    assert_eq!(address.to_string(), "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826");
    let digest = bytes("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    assert_eq!(
        sign(&secp, &cow, digest),
        EvmSignature {
            r: bytes("4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"),
            s: bytes("07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"),
            is_y_odd: true,
        }
    );
}

#[test]
fn the_same_digest_is_signed_the_same_way_and_by_each_address_its_own() {
    let signer = mnemonic(JUNK).evm_signer();
    let sign = |key| signer.sign(key, [7; 32]).unwrap();
    assert_eq!(sign(EvmKey::Receiving(0)), sign(EvmKey::Receiving(0)));
    assert_ne!(sign(EvmKey::Receiving(0)), sign(EvmKey::Receiving(1)));
    assert_ne!(sign(EvmKey::Receiving(0)), sign(EvmKey::Fees));
}

#[test]
fn a_vault_with_words_signs_and_one_without_says_who_can() {
    let vault = vault();
    assert_eq!(vault.evm_signer().unwrap_err(), SigningError::NoWords);
    vault.set(SecretName::EvmMnemonic, &Secret::new(JUNK)).unwrap();
    let address = vault.evm_signer().unwrap().address(EvmKey::Receiving(0)).unwrap();
    assert_eq!(address.to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    vault.set(SecretName::EvmMnemonic, &Secret::new("canary canary")).unwrap();
    let damaged = vault.evm_signer().unwrap_err();
    assert_eq!(damaged, SigningError::Words(MnemonicError::WordCount(2)));
    assert!(!format!("{damaged} {damaged:?}").contains("canary"));
}

#[test]
fn a_number_beyond_bip_32_is_refused() {
    let signer = abandon().evm_signer();
    let beyond = 1 << 31;
    assert_eq!(signer.address(EvmKey::Receiving(beyond)), Err(SigningError::NoSuchAddress(beyond)));
    assert_eq!(signer.sign(EvmKey::Receiving(beyond), [1; 32]), Err(SigningError::NoSuchAddress(beyond)));
}

#[test]
fn a_signer_does_not_print_its_key() {
    assert_eq!(format!("{:?}", abandon().evm_signer()), "EvmSigner(…)");
}
