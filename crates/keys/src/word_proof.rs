//! The proof that somebody wrote the words down: three of them, asked back.

use crate::{Mnemonic, MnemonicError};

/// Three words to ask back before a new mnemonic is taken into use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordProof {
    positions: [usize; 3],
}

impl WordProof {
    /// Draws three words at random.
    ///
    /// # Errors
    /// [`MnemonicError::NoRandomness`].
    pub fn ask(mnemonic: &Mnemonic) -> Result<Self, MnemonicError> {
        let mut draw = [0; size_of::<usize>()];
        getrandom::fill(&mut draw).map_err(|_| MnemonicError::NoRandomness)?;
        Ok(Self { positions: positions(mnemonic.words().count(), usize::from_le_bytes(draw)) })
    }

    /// Which words to ask for: three different ones in rising order, counted from 1 as people count.
    pub const fn positions(&self) -> [usize; 3] {
        self.positions
    }

    /// Whether the answers are those words, in the order of [`positions`](Self::positions). Case and blanks
    /// around a word do not matter.
    pub fn check(&self, mnemonic: &Mnemonic, answers: &[&str; 3]) -> bool {
        self.positions.iter().zip(answers).all(|(position, answer)| {
            mnemonic.words().nth(position - 1).is_some_and(|word| word.eq_ignore_ascii_case(answer.trim()))
        })
    }
}

/// Takes three numbers out of `1..=count`, all equally likely, by using up one random number.
fn positions(count: usize, mut draw: usize) -> [usize; 3] {
    let mut left: Vec<usize> = (1..=count).collect();
    let mut drawn = [(); 3].map(|()| {
        let choice = draw % left.len();
        draw /= left.len();
        left.swap_remove(choice)
    });
    drawn.sort_unstable();
    drawn
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::WordCount;

    #[test]
    fn every_three_words_are_asked_for_equally_often() {
        for count in [12, 24] {
            let draws = count * (count - 1) * (count - 2);
            let mut times: HashMap<[usize; 3], usize> = HashMap::new();
            for draw in 0..draws {
                *times.entry(positions(count, draw)).or_default() += 1;
            }
            assert_eq!(times.len(), draws / 6);
            assert!(times.values().all(|times| *times == 6));
            assert!(times.keys().all(|[a, b, c]| 1 <= *a && a < b && b < c && *c <= count));
        }
    }

    #[test]
    fn the_right_words_pass_in_any_case_and_with_blanks() {
        let mnemonic = Mnemonic::create(WordCount::TwentyFour).unwrap();
        let proof = WordProof::ask(&mnemonic).unwrap();
        let words: Vec<&str> = mnemonic.words().collect();
        let [a, b, c] = proof.positions().map(|position| words[position - 1]);
        assert!(proof.check(&mnemonic, &[a, b, c]));
        assert!(proof.check(&mnemonic, &[&a.to_uppercase(), &format!("  {b}\n"), &format!("\t{c} ")]));
    }

    #[test]
    fn a_wrong_missing_or_swapped_word_fails() {
        let mnemonic =
            Mnemonic::parse("legal winner thank year wave sausage worth useful legal winner thank yellow")
                .unwrap();
        let proof = WordProof { positions: [2, 5, 12] };
        assert!(proof.check(&mnemonic, &["winner", "wave", "yellow"]));
        for answers in [
            ["wave", "winner", "yellow"],
            ["winner", "wave", "yello"],
            ["winner", "", "yellow"],
            ["winner", "wave yellow", "yellow"],
            ["", "", ""],
        ] {
            assert!(!proof.check(&mnemonic, &answers), "{answers:?}");
        }
    }
}
