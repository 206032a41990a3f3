//! What a character means in a number that somebody typed or copied from anywhere.

/// A character, as far as numbers go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A decimal digit of any script, 0 to 9.
    Digit(u8),
    /// What may stand between two groups of digits.
    Joint(Joint),
    /// Nothing that anybody sees: web pages and word processors put it into what is copied from them.
    Invisible,
    /// Everything else.
    Other,
}

/// What people put between groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joint {
    Blank,
    Hyphen,
    Dot,
}

pub(crate) fn sign(c: char) -> Sign {
    match c {
        '0'..='9' => digit(c).map_or(Sign::Other, Sign::Digit),
        ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Sign::Joint(Joint::Blank)
        }
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => {
            Sign::Joint(Joint::Hyphen)
        }
        '.' | '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{ff0e}' => Sign::Joint(Joint::Dot),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => Sign::Invisible,
        c if c.is_ascii() => Sign::Other,
        c => digit(c).map_or(Sign::Other, Sign::Digit),
    }
}

/// The character in ASCII where that means the same; nothing for what nobody sees.
pub(crate) fn plainly(c: char) -> Option<char> {
    match sign(c) {
        Sign::Digit(value) => Some(char::from(b'0' + value)),
        Sign::Joint(Joint::Blank) => Some(' '),
        Sign::Joint(Joint::Hyphen) => Some('-'),
        Sign::Joint(Joint::Dot) => Some('.'),
        Sign::Invisible => None,
        Sign::Other => Some(c),
    }
}

/// The value of a digit of any script.
fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|value| *value <= 9)
}

/// The zero of each script that has digits; the others follow it (Unicode, general category Nd).
const ZEROS: &[u32] = &[
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
    0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_count() {
        for (seven, name) in
            [('7', "ascii"), ('٧', "Arabic"), ('۷', "Persian"), ('७', "Hindi"), ('７', "wide")]
        {
            assert_eq!(sign(seven), Sign::Digit(7), "{name}");
        }
        assert_eq!((sign('𝟎'), sign('𝟿')), (Sign::Digit(0), Sign::Digit(9)));
        // Half, circled two, Roman twelve: numbers, and no digits.
        for other in ['½', '②', 'Ⅻ', 'l', 'O', '/', '=', '\n', '\t'] {
            assert_eq!(sign(other), Sign::Other, "{other}");
        }
    }

    #[test]
    fn the_zeros_rise_so_that_one_is_found_by_halving() {
        assert!(ZEROS.is_sorted_by(|before, after| before + 10 <= *after));
    }
}
