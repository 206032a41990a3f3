//! Payment links as QR codes: for screens as one SVG path, for terminals in half-block characters.
//!
//! Level M (about 15 % may be dirty or hidden), L only where M would need more than 65 modules per side. The quiet
//! zone of four modules is part of the picture, because a code without it is not found on a dark background.

use qrcode::{Color, EcLevel, QrCode};
use thiserror::Error;

use crate::dto::money::QrDto;

/// Modules around the code that stay light.
const QUIET_ZONE: usize = 4;
/// Above this many modules per side a code is easier to read dense than coarse, and correction is given up for size.
const MODULES_LEVEL_M_MAX: usize = 65;

/// Draws a text as one SVG path, a rectangle for each run of dark modules in a row.
///
/// # Errors
/// When the text is longer than any code holds, about 2,900 bytes.
pub fn qr_svg_path(text: &str) -> Result<QrDto, QrTooLong> {
    let modules = Modules::of(text)?;
    let size = u16::try_from(modules.side).map_err(|_| QrTooLong)?;
    Ok(QrDto { size, path: modules.svg_path() })
}

/// Draws a code that a screen shows for a terminal, two rows of modules in each line of characters.
///
/// # Errors
/// When the path is not one of [`qr_svg_path`].
pub fn qr_terminal(size: u16, path: &str, paint: Paint) -> Result<String, NotOurPath> {
    Modules::from_svg_path(size, path).map(|modules| modules.half_blocks(paint))
}

/// How a code is told apart from the terminal's own background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Black on white by colour sequences, whatever colours the terminal has.
    Colour,
    /// Characters alone, the light modules as ink: right on a dark terminal, inverted on a light one.
    Ink,
}

/// No code holds this much.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the text is too long for a QR code: shorten it")]
pub struct QrTooLong;

/// Somebody else's path.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the till sent a code that can't be drawn here: run the same version of Tillstream as the till")]
pub struct NotOurPath;

/// Black and white of the 256-colour palette, which no theme changes, then back to the terminal's own.
const BLACK_ON_WHITE: &str = "\u{1b}[38;5;16;48;5;231m";
const TERMINALS_OWN: &str = "\u{1b}[0m";

/// A square of modules with its quiet zone, row by row.
struct Modules {
    side: usize,
    dark: Vec<bool>,
}

impl Modules {
    fn of(text: &str) -> Result<Self, QrTooLong> {
        let code = match QrCode::with_error_correction_level(text, EcLevel::M) {
            Ok(code) if code.width() <= MODULES_LEVEL_M_MAX => code,
            Ok(_) | Err(_) => QrCode::with_error_correction_level(text, EcLevel::L).map_err(|_| QrTooLong)?,
        };
        let mut modules = Self::blank(code.width() + 2 * QUIET_ZONE);
        for (index, colour) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (index % code.width() + QUIET_ZONE, index / code.width() + QUIET_ZONE);
            modules.dark[y * modules.side + x] = colour == Color::Dark;
        }
        Ok(modules)
    }

    fn blank(side: usize) -> Self {
        Self { side, dark: vec![false; side * side] }
    }

    fn svg_path(&self) -> String {
        let mut path = String::new();
        for (y, row) in self.dark.chunks(self.side).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run[0] {
                    let width = run.len();
                    path.push_str(&format!("M{x} {y}h{width}v1h-{width}z"));
                }
                x += run.len();
            }
        }
        path
    }

    fn from_svg_path(size: u16, path: &str) -> Result<Self, NotOurPath> {
        let mut modules = Self::blank(size.into());
        for run in path.split_terminator('z') {
            let (x, y, width) = read_run(run).ok_or(NotOurPath)?;
            let inside = x < modules.side && y < modules.side && width <= modules.side - x;
            if !inside {
                return Err(NotOurPath);
            }
            let start = y * modules.side + x;
            modules.dark[start..start + width].fill(true);
        }
        Ok(modules)
    }

    fn half_blocks(&self, paint: Paint) -> String {
        let mut drawing = String::new();
        for y in (0..self.side).step_by(2) {
            let blocks = (0..self.side).map(|x| self.half_block(x, y, paint));
            match paint {
                Paint::Colour => drawing.extend([BLACK_ON_WHITE, &blocks.collect::<String>(), TERMINALS_OWN]),
                Paint::Ink => drawing.extend(blocks),
            }
            drawing.push('\n');
        }
        drawing
    }

    fn half_block(&self, x: usize, y: usize, paint: Paint) -> char {
        let is_ink = |y: usize| {
            // Below the last row of an odd number there is nothing: no module, and no ink.
            self.dark.get(y * self.side + x).is_some_and(|dark| *dark == (paint == Paint::Colour))
        };
        match (is_ink(y), is_ink(y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        }
    }
}

/// Place and width of `M4 4h7v1h-7`.
fn read_run(run: &str) -> Option<(usize, usize, usize)> {
    let (place, rectangle) = run.strip_prefix('M')?.split_once('h')?;
    let (x, y) = place.split_once(' ')?;
    let (width, _) = rectangle.split_once('v')?;
    Some((x.parse().ok()?, y.parse().ok()?, width.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels per module of the pictures given to the reader.
    const PIXELS: usize = 4;

    /// Reads a picture of modules with a decoder that shares no code with the drawing side.
    fn decoded(modules: &Modules) -> String {
        let side = modules.side * PIXELS;
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            if modules.dark[y / PIXELS * modules.side + x / PIXELS] { 0 } else { 255 }
        });
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1, "one code is found");
        grids[0].decode().expect("it decodes").1
    }

    /// The modules of a drawing made of characters.
    fn from_half_blocks(drawing: &str, paint: Paint) -> Modules {
        let drawing = drawing.replace(BLACK_ON_WHITE, "").replace(TERMINALS_OWN, "");
        let side = drawing.lines().next().map_or(0, |line| line.chars().count());
        let mut modules = Modules::blank(side);
        for (line, text) in drawing.lines().enumerate() {
            for (x, block) in text.chars().enumerate() {
                for (y, ink) in [(2 * line, "█▀".contains(block)), (2 * line + 1, "█▄".contains(block))]
                {
                    if y < side {
                        modules.dark[y * side + x] = ink == (paint == Paint::Colour);
                    }
                }
            }
        }
        modules
    }

    fn links() -> impl Iterator<Item = String> {
        let addresses = [
            "BCRT1Q6RZ28MCFAXTMD6V789L9RRLRUSDPRR9PZ3CPPK",
            "BC1P5D7RJQ7G6RDK2YHZKS9SMLAQTEDR4DEKQ08GE8ZTWAC72SFR9RUSXG3297",
            "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
        ];
        let amounts = (0..12).map(|step| 1 + step * 171_345_678_i64);
        amounts.flat_map(move |sat| {
            addresses.map(|to| format!("BITCOIN:{to}?amount={}.{:08}", sat / 100_000_000, sat % 100_000_000))
        })
    }

    #[test]
    fn every_link_is_read_back_from_the_path_of_the_screen() {
        for link in links() {
            let QrDto { size, path } = qr_svg_path(&link).unwrap();
            assert_eq!(decoded(&Modules::from_svg_path(size, &path).unwrap()), link);
        }
    }

    #[test]
    fn every_link_is_read_back_from_the_characters_of_the_terminal() {
        for (link, paint) in links().zip([Paint::Colour, Paint::Ink].into_iter().cycle()) {
            let QrDto { size, path } = qr_svg_path(&link).unwrap();
            let drawing = qr_terminal(size, &path, paint).unwrap();
            assert_eq!(decoded(&from_half_blocks(&drawing, paint)), link);
        }
    }

    #[test]
    fn texts_of_every_length_are_read_back() {
        for length in (1..1_200).step_by(97) {
            let text: String = ('!'..'~').cycle().take(length).collect();
            assert_eq!(decoded(&Modules::of(&text).unwrap()), text);
        }
    }

    #[test]
    fn four_light_modules_stand_around_the_code() {
        let modules =
            Modules::of("BITCOIN:BC1QCR8TE4KR609GCAWUTMRZA0J4XV80JY8Z306FYU?amount=0.00007759").unwrap();
        assert_eq!(modules.side, 33 + 2 * QUIET_ZONE);
        let edge = QUIET_ZONE..modules.side - QUIET_ZONE;
        for (index, dark) in modules.dark.iter().enumerate() {
            let (x, y) = (index % modules.side, index / modules.side);
            assert!(!dark || (edge.contains(&x) && edge.contains(&y)), "{x} {y}");
        }
        assert!(modules.dark[QUIET_ZONE * modules.side + QUIET_ZONE], "the corner of the code is dark");
    }

    #[test]
    fn correction_is_given_up_only_above_65_modules() {
        let side = |length: usize| Modules::of(&"a".repeat(length)).unwrap().side - 2 * QUIET_ZONE;
        // ISO/IEC 18004: 65 modules hold 287 bytes at level M and 367 at level L; 288 at level L need 61 only.
        assert_eq!((side(287), side(288), side(367), side(368)), (65, 61, 65, 69));
    }

    #[test]
    fn a_text_no_code_holds_is_refused() {
        assert_eq!(qr_svg_path(&"a".repeat(3_000)), Err(QrTooLong));
    }

    #[test]
    fn a_path_of_another_make_is_refused() {
        for path in
            ["M0 0h9v1h-9z", "M8 0h1v1h-1z", "M0 9h1v1h-1z", "L1 1z", "M0 0h99999999999999999999v1z", "M1 1"]
        {
            assert_eq!(qr_terminal(8, path, Paint::Ink), Err(NotOurPath), "{path}");
        }
    }
}
