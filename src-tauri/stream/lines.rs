//! Reading: lines into instructions, instructions into parcels. A parcel is as many lines as are there, up to a bound:
//! one that comes alone does not wait for others.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use payment::stream::{Instruction, PARCEL_INSTRUCTIONS_MAX};

use crate::dto::stream::InstructionDto;
use crate::gate;

/// Bytes of a line at most: more than the longest instruction has.
const LINE_BYTES_MAX: usize = 20 * 1024;
/// What is read of a line: one byte more shows that it is longer.
const LINE_BYTES_READ: u64 = 20 * 1024 + 1;
/// A parcel with so many bytes takes no further line: with the longest line as its last one it still fits a request to
/// the process that owns the books, which takes 64 KiB and spells out what a line leaves away.
const PARCEL_BYTES_MAX: usize = 28 * 1024;

/// Lines that are handed in together.
#[derive(Debug)]
pub struct Handful {
    /// Each line with what it is, in order.
    pub lines: Vec<Line>,
    /// The instructions among them, in order.
    pub instructions: Arc<[Instruction]>,
    /// Bytes of input read so far.
    pub read: u64,
}

/// One line of input.
#[derive(Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Why it is no instruction; `None` for one that is.
    pub malformed: Option<String>,
}

/// Cuts input into handfuls.
pub struct Lines<R> {
    input: BufReader<R>,
    /// Is more to come without waiting, even when nothing is buffered? So it is with a file.
    is_ready: bool,
    stops_at_malformed: bool,
    number: u64,
    read: u64,
    has_ended: bool,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// Reads `input`. `is_ready`: it never has to be waited for.
    pub fn of(input: R, is_ready: bool, stops_at_malformed: bool) -> Self {
        Self {
            input: BufReader::new(input),
            is_ready,
            stops_at_malformed,
            number: 0,
            read: 0,
            has_ended: false,
            line: Vec::new(),
        }
    }

    /// The next lines. `None` after the last.
    ///
    /// # Errors
    /// When the input can't be read.
    pub fn next_handful(&mut self) -> std::io::Result<Option<Handful>> {
        let (mut lines, mut instructions, mut bytes) = (Vec::new(), Vec::new(), 0);
        while !self.has_ended && lines.len() < PARCEL_INSTRUCTIONS_MAX && bytes < PARCEL_BYTES_MAX {
            if !self.read_line()? {
                self.has_ended = true;
                break;
            }
            bytes += self.line.len();
            if let Some(malformed) = self.sort(&mut instructions) {
                self.has_ended = malformed.is_some() && self.stops_at_malformed;
                lines.push(Line { number: self.number, malformed });
            }
            if !self.is_ready && !self.input.buffer().contains(&b'\n') {
                break;
            }
        }
        let is_over = lines.is_empty() && self.has_ended;
        let handful = Handful { lines, instructions: instructions.into(), read: self.read };
        Ok((!is_over).then_some(handful))
    }

    /// Reads one line, without its end. False at the end of the input.
    fn read_line(&mut self) -> std::io::Result<bool> {
        self.line.clear();
        let mut limited = (&mut self.input).take(LINE_BYTES_READ);
        let mut read = limited.read_until(b'\n', &mut self.line)?;
        if read > LINE_BYTES_MAX && self.line.last() != Some(&b'\n') {
            read += self.skip_rest()?;
        }
        self.read += u64::try_from(read).unwrap_or(u64::MAX);
        self.number += 1;
        Ok(read > 0)
    }

    fn skip_rest(&mut self) -> std::io::Result<usize> {
        let mut skipped = 0;
        loop {
            let buffer = self.input.fill_buf()?;
            let (used, is_end) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.input.consume(used);
            skipped += used;
            if is_end {
                return Ok(skipped);
            }
        }
    }

    /// Puts the line among the instructions, or says why it is none. `None` for a blank line.
    fn sort(&self, instructions: &mut Vec<Instruction>) -> Option<Option<String>> {
        let line = self.line.trim_ascii();
        if line.is_empty() {
            return None;
        }
        if line.len() > LINE_BYTES_MAX {
            return Some(Some(format!("the line is longer than {LINE_BYTES_MAX} bytes")));
        }
        match read(line) {
            Ok(instruction) => {
                instructions.push(instruction);
                Some(None)
            }
            Err(reason) => Some(Some(card_numbers::masked(&reason).into_owned())),
        }
    }
}

fn read(line: &[u8]) -> Result<Instruction, String> {
    gate::check_line(line).map_err(|refused| refused.to_string())?;
    let read = serde_json::from_slice::<InstructionDto>(line).map_err(|error| error.to_string());
    read.and_then(InstructionDto::instruction)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::dto::stream::StreamTakeRequest;

    fn line(id: &str) -> String {
        format!("{{\"id\":\"{id}\",\"amount\":\"0.01\",\"currency\":\"EUR\",\"method\":\"cash\"}}\n")
    }

    /// Gives one line at a time, as a pipe does whose writer is slow.
    struct Slow(Vec<String>);

    impl Read for Slow {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let line = self.0.remove(0);
            into[..line.len()].copy_from_slice(line.as_bytes());
            Ok(line.len())
        }
    }

    fn all(mut lines: Lines<impl Read>) -> Vec<Handful> {
        std::iter::from_fn(|| lines.next_handful().unwrap()).collect()
    }

    #[test]
    fn a_file_is_cut_into_full_parcels() {
        let text: String = (0..600).map(|number| line(&format!("t-{number}"))).collect();
        let handfuls = all(Lines::of(text.as_bytes(), true, false));
        let sizes: Vec<usize> = handfuls.iter().map(|handful| handful.instructions.len()).collect();
        assert_eq!(sizes, [256, 256, 88]);
        assert_eq!(handfuls[2].lines.last().unwrap().number, 600);
        assert_eq!(handfuls[2].read, u64::try_from(text.len()).unwrap());
    }

    #[test]
    fn the_largest_parcel_fits_a_request() {
        const REQUEST_BYTES_MAX: usize = 64 * 1024;
        let long = |number: u32| {
            let metadata: BTreeMap<_, _> =
                (0..20).map(|key| (format!("{key:0>400}"), "x".repeat(400))).collect();
            let id = format!("long-{number}");
            let line = serde_json::json!({ "id": id, "amount": "1", "currency": "BTC", "method": "cash",
                "memo": "x".repeat(400), "metadata": metadata });
            line.to_string() + "\n"
        };
        // However many lines of middling length come before a long one.
        let middling = |number: usize| line(&format!("{number:0>60}")).replace("cash", &"c".repeat(60));
        for count in (0..256).step_by(5) {
            let text = (0..count).map(middling).chain([long(0)]).collect::<String>();
            for handful in all(Lines::of(text.as_bytes(), true, false)) {
                assert!(handful.lines.iter().all(|line| line.malformed.is_none()));
                let instructions = handful.instructions.iter().map(InstructionDto::from).collect();
                let request = serde_json::to_vec(&StreamTakeRequest { instructions }).unwrap();
                assert!(request.len() <= REQUEST_BYTES_MAX, "{} bytes", request.len());
            }
        }
    }

    #[test]
    fn a_line_that_comes_alone_waits_for_no_other() {
        let handfuls = all(Lines::of(Slow(vec![line("a"), line("b")]), false, false));
        assert_eq!(handfuls.iter().map(|handful| handful.lines.len()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn what_is_no_instruction_is_said_with_its_line() {
        let long = format!("{{\"id\":\"{}\"}}\n", "x".repeat(40_000));
        let text =
            [&line("a"), "{\n", "\n", "[]\n", &long, &line("b"), &line("c").replace("0.01", "0,01")].concat();
        let handfuls = all(Lines::of(text.as_bytes(), true, false));
        let lines: Vec<_> = handfuls.iter().flat_map(|handful| &handful.lines).collect();
        let bad: Vec<u64> =
            lines.iter().filter(|line| line.malformed.is_some()).map(|line| line.number).collect();
        assert_eq!(bad, [2, 4, 5, 7]);
        let taken: Vec<_> = handfuls.iter().flat_map(|handful| handful.instructions.iter()).collect();
        assert_eq!(taken.iter().map(|one| one.id()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_line_with_a_card_number_is_refused_without_repeating_it() {
        let text = [
            &line("a"),
            &line("4242424242424242"),
            &line("b").replace("cash", "4242 4242 4242 4242"),
            &line("c").replace("\"id\"", "\"\\u0034242424242424242\":0,\"id\""),
            // No object, so that the escape is met by the reader alone.
            "{\"\\u0034242424242424242\":1,\n",
        ];
        let handfuls = all(Lines::of(text.concat().as_bytes(), true, false));
        let lines: Vec<_> = handfuls.iter().flat_map(|handful| &handful.lines).collect();
        assert_eq!(
            lines.iter().map(|line| line.malformed.is_some()).collect::<Vec<_>>(),
            [false, true, true, true, true]
        );
        let reasons: String = lines.iter().filter_map(|line| line.malformed.as_deref()).collect();
        assert!(!reasons.contains("42424242") && reasons.contains("looks like a card number"), "{reasons}");
    }

    #[test]
    fn a_strict_stream_ends_at_the_first_line_that_is_no_instruction() {
        let text = [&line("a"), "nonsense\n", &line("b")].concat();
        let handfuls = all(Lines::of(text.as_bytes(), true, true));
        assert_eq!(handfuls.iter().map(|handful| handful.lines.len()).sum::<usize>(), 2);
    }
}
