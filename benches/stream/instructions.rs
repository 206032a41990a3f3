//! Instructions by number: the same number makes the same line, so that it can be streamed again.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What the ids look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ids {
    /// A time first, then chance, as `UUIDv7` has it.
    Ordered,
    /// 128 bits of chance, as `UUIDv4` has them.
    Random,
    /// `order-9`, `order-10`: they rise for people, not for the order of texts.
    Counted,
}

/// The shop that all this is streamed into: every rule of the stream has something to do.
pub const SETTINGS: &str = r#"
[[route]]
method = "ticket"
rail = "cash"

[[fee]]
rail = "cash"
up_to = "1.00"
percent = "1.0"

[[fee]]
rail = "cash"
percent = "0.5"
fixed = "0.01"
cap = "0.05"

[[fee]]
rail = "cash"
currency = "BTC"
percent = "0.5"
"#;

/// One in so many is paid in satoshis, and must be converted.
const BITCOIN_EVERY: u32 = 4;
/// Milliseconds of the first id.
const BORN: u64 = 1_790_000_000_000;

impl Ids {
    /// The id of a number.
    pub fn id(self, number: u32) -> String {
        let [chance, more] = [0, 1].map(|half| scatter(u64::from(number) * 2 + half));
        match self {
            Self::Ordered => {
                let millis = BORN + u64::from(number / 128);
                let (high, low) = (millis >> 16, millis & 0xffff);
                let count = number % 128;
                format!("{high:08x}-{low:04x}-7{count:03x}-8{:03x}-{:012x}", more & 0xfff, chance >> 16)
            }
            Self::Random => {
                let (high, low) = (chance >> 32, chance & 0xffff);
                let third = chance >> 16 & 0xfff;
                format!(
                    "{high:08x}-{low:04x}-4{third:03x}-8{:03x}-{:012x}",
                    more >> 52,
                    more & 0xffff_ffff_ffff
                )
            }
            Self::Counted => format!("order-{number}"),
        }
    }

    /// One line of a stream.
    fn line(self, number: u32, into: &mut impl Write) -> std::io::Result<()> {
        let id = self.id(number);
        let amount = number % 500 + 1;
        if number.is_multiple_of(BITCOIN_EVERY) {
            writeln!(into, r#"{{"id":"{id}","amount":"0.{amount:08}","currency":"BTC","method":"ticket"}}"#)
        } else {
            let (euros, cents) = (amount / 100, amount % 100);
            writeln!(
                into,
                r#"{{"id":"{id}","amount":"{euros}.{cents:02}","currency":"EUR","method":"ticket"}}"#
            )
        }
    }

    /// Writes a stream.
    pub fn write(self, numbers: Range<u32>, to: &Path) -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(to)?);
        for number in numbers {
            self.line(number, &mut file)?;
        }
        file.flush()
    }

    /// One line, as text.
    pub fn text(self, number: u32) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.line(number, &mut line)?;
        Ok(line)
    }
}

/// Numbers that look like chance and are all different (splitmix64).
const fn scatter(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
