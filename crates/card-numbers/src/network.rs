//! Which numbers card networks give out. The first digits name the issuer and with it the network, the last one is the
//! check digit after Luhn (ISO/IEC 7812-1 with its annex B). The registry itself is not public: the ranges are those
//! that the networks publish for whoever accepts their cards.

use std::ops::RangeInclusive;

/// The shortest and the longest card number.
pub(crate) const DIGITS: RangeInclusive<usize> = 12..=19;

/// The first six digits and the lengths of a network's numbers.
struct Network {
    issuers: &'static [RangeInclusive<u32>],
    lengths: &'static [usize],
}

const NETWORKS: &[Network] = &[
    // Visa.
    Network { issuers: &[400_000..=499_999], lengths: &[13, 16, 18, 19] },
    // Mastercard.
    Network { issuers: &[222_100..=272_099, 510_000..=559_999], lengths: &[16] },
    // American Express.
    Network { issuers: &[340_000..=349_999, 370_000..=379_999], lengths: &[15] },
    // Discover, and RuPay, whose cards it takes.
    Network { issuers: &[600_000..=609_999, 644_000..=659_999], lengths: &[16, 17, 18, 19] },
    // Diners Club.
    Network {
        issuers: &[300_000..=305_999, 309_500..=309_599, 360_000..=369_999, 380_000..=399_999],
        lengths: &[14, 15, 16, 17, 18, 19],
    },
    // JCB.
    Network { issuers: &[352_800..=358_999], lengths: &[16, 17, 18, 19] },
    // UnionPay.
    Network { issuers: &[620_000..=629_999, 810_000..=819_999], lengths: &[16, 17, 18, 19] },
    // Maestro, and the national cards that went over to it.
    Network {
        issuers: &[
            500_000..=509_999,
            560_000..=599_999,
            610_000..=619_999,
            630_000..=639_999,
            660_000..=699_999,
        ],
        lengths: &[12, 13, 14, 15, 16, 17, 18, 19],
    },
];

/// Could a card carry this number? `digits` are values from 0 to 9.
pub(crate) fn is_card_number(digits: &[u8]) -> bool {
    let Some(first_six) = digits.get(..6) else { return false };
    let issuer = first_six.iter().fold(0, |issuer, digit| issuer * 10 + u32::from(*digit));
    let is_given_out = NETWORKS.iter().any(|network| {
        network.lengths.contains(&digits.len()) && network.issuers.iter().any(|range| range.contains(&issuer))
    });
    is_given_out && has_luhn_digit(digits)
}

/// From the right every second digit counts twice; the digits of all that add up to a multiple of ten.
fn has_luhn_digit(digits: &[u8]) -> bool {
    let counted = digits.iter().rev().enumerate().map(|(place, digit)| {
        let twice = u32::from(*digit) << (place % 2);
        twice / 10 + twice % 10
    });
    counted.sum::<u32>().is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_one(text: &str) -> bool {
        is_card_number(&text.bytes().map(|byte| byte - b'0').collect::<Vec<_>>())
    }

    #[test]
    fn a_wrong_check_digit_or_length_is_no_card_number() {
        for none in ["4242424242424241", "424242424242424", "42424242424242426", "37828224631000", ""] {
            assert!(!is_one(none), "{none}");
        }
    }
}
