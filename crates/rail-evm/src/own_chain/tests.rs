//! Our own chain against a provider's chain that grows, is replaced and goes backwards.

use proptest::prelude::*;

use super::*;

fn hash(number: u64, branch: u64) -> B256 {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[8..16].copy_from_slice(&branch.to_be_bytes());
    B256::from(bytes)
}

/// A provider's chain: the branch each height belongs to.
#[derive(Clone, Debug)]
struct Theirs {
    first: u64,
    branches: Vec<u64>,
}

impl Theirs {
    fn id(&self, number: u64) -> BlockId {
        let at = usize::try_from(number - self.first).unwrap();
        BlockId { number, hash: hash(number, self.branches[at]) }
    }

    fn header(&self, number: u64) -> Header {
        let parent = if number == self.first { B256::ZERO } else { self.id(number - 1).hash };
        Header { id: self.id(number), parent, seconds: number }
    }

    fn head(&self) -> BlockId {
        self.id(self.first + u64::try_from(self.branches.len()).unwrap() - 1)
    }

    fn grow(&mut self, blocks: usize, branch: u64) {
        self.branches.extend(std::iter::repeat_n(branch, blocks));
    }

    fn replace(&mut self, depth: usize, blocks: usize, branch: u64) {
        let kept = self.branches.len().saturating_sub(depth).max(1);
        self.branches.truncate(kept);
        self.grow(blocks, branch);
    }
}

/// Follows to the provider's head; says which blocks went and how many were asked for.
fn follow(own: &mut OwnChain, theirs: &Theirs) -> (Vec<BlockId>, usize) {
    let (mut gone, mut asked) = (Vec::new(), 0);
    while let Some(number) = own.wanted(theirs.head()) {
        asked += 1;
        match own.take(&theirs.header(number)) {
            Taken::Extended(unwound) | Taken::Unwound(unwound) => gone.extend(unwound),
            other => panic!("{other:?} at {number}"),
        }
        assert!(asked < 10_000, "following ends");
    }
    (gone, asked)
}

fn followed(blocks: usize) -> (OwnChain, Theirs) {
    let mut theirs = Theirs { first: 100, branches: vec![0] };
    let mut own = OwnChain::default();
    own.take(&theirs.header(100));
    theirs.grow(blocks, 0);
    follow(&mut own, &theirs);
    (own, theirs)
}

fn agree(own: &OwnChain, theirs: &Theirs) -> bool {
    own.tip().is_some_and(|tip| tip == theirs.head())
        && own.blocks.iter().all(|(number, hash)| theirs.id(*number).hash == *hash)
}

#[test]
fn replaced_blocks_are_unwound_at_any_depth() {
    for depth in [1, 3, 12, 64] {
        let (mut own, mut theirs) = followed(100);
        let old: Vec<BlockId> = (0..depth).map(|below| theirs.id(theirs.head().number - below)).collect();
        theirs.replace(usize::try_from(depth).unwrap(), usize::try_from(depth + 1).unwrap(), 1);
        let (gone, _) = follow(&mut own, &theirs);
        assert!(agree(&own, &theirs));
        assert_eq!(gone.len(), old.len());
        assert!(old.iter().all(|block| gone.contains(block)), "all {depth} are gone");
    }
}

#[test]
fn another_block_at_the_same_height_is_noticed() {
    let (mut own, mut theirs) = followed(3);
    theirs.replace(1, 1, 1);
    let (gone, _) = follow(&mut own, &theirs);
    assert!(agree(&own, &theirs) && gone.len() == 1);
}

#[test]
fn a_provider_that_is_merely_behind_unwinds_nothing() {
    let (own, theirs) = followed(10);
    assert_eq!(own.wanted(theirs.id(104)), None);
    assert_eq!(own.wanted(theirs.id(100)), None);
}

#[test]
fn a_shorter_chain_of_other_blocks_replaces_a_longer_one() {
    let (mut own, mut theirs) = followed(10);
    theirs.replace(5, 2, 1);
    let (gone, _) = follow(&mut own, &theirs);
    assert!(agree(&own, &theirs));
    assert_eq!(gone.len(), 5);
}

#[test]
fn a_contradiction_of_a_finalized_block_is_refused_and_changes_nothing() {
    let (mut own, mut theirs) = followed(10);
    own.finalize(106);
    let tip = own.tip();
    theirs.replace(8, 9, 1);
    let mut refused = false;
    for number in (100..=theirs.head().number).rev() {
        refused |= own.take(&theirs.header(number)) == Taken::AgainstFinalized;
    }
    assert!(refused);
    assert_eq!(own.hash_at(106), Some(hash(106, 0)));
    assert!(own.tip() <= tip);
}

#[test]
fn blocks_below_the_finalized_one_are_forgotten() {
    let (mut own, theirs) = followed(10);
    own.finalize(107);
    assert_eq!((own.hash_at(106), own.hash_at(107)), (None, Some(theirs.id(107).hash)));
    own.finalize(500);
    assert_eq!(own.tip(), Some(theirs.head()), "the tip stays, however far the provider says it is final");
}

#[test]
fn a_gap_is_not_jumped() {
    let (mut own, mut theirs) = followed(2);
    theirs.grow(5, 0);
    assert_eq!(own.take(&theirs.header(105)), Taken::Gap);
    assert_eq!(own.wanted(theirs.head()), Some(103));
}

proptest! {
    #[test]
    fn any_sequence_of_growth_and_replacement_converges(
        steps in prop::collection::vec((0_usize..70, 0_usize..20, any::<bool>()), 1..25)
    ) {
        let (mut own, mut theirs) = followed(80);
        for (branch, (depth, blocks, looks)) in steps.into_iter().enumerate() {
            theirs.replace(depth, blocks, u64::try_from(branch).unwrap() + 1);
            if looks {
                let before = own.clone();
                let (gone, asked) = follow(&mut own, &theirs);
                // A head that went back onto blocks we have is no reason to unwind anything.
                let is_behind = before.hash_at(theirs.head().number) == Some(theirs.head().hash);
                prop_assert!(agree(&own, &theirs) || is_behind);
                let replaced = before.blocks.iter().filter(|(number, hash)| own.hash_at(**number) != Some(**hash));
                prop_assert_eq!(gone.len(), replaced.count(), "exactly what differs was unwound");
                prop_assert!(asked <= 2 * (gone.len() + 1) + theirs.branches.len());
            }
        }
        theirs.grow(100, 999);
        follow(&mut own, &theirs);
        prop_assert!(agree(&own, &theirs));
    }
}
