//! What is measured in which order: files are aged, then every term takes its turn in each round, then come the looks
//! into the aged files and, where it is asked for, the very long run.

use std::ops::Range;
use std::path::{Path, PathBuf};

use yardsticks::Shape;

use super::figures::{Findings, Longest, Term};
use super::instructions::Ids;
use super::profile::Profile;
use super::task::{Measured, Task};
use super::{BenchError, Measure};

/// Ids that the till writes to disk together.
const GENERATION: u32 = 1 << 17;
/// Payments alone in a profile: enough that starting and stopping are lost among them.
const PROFILED_ALONE: u32 = 8_000;

/// How much of everything.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where all files go; on the disk that is measured.
    pub folder: PathBuf,
    /// Rounds.
    pub rounds: u32,
    /// Payments of a run.
    pub payments: u32,
    /// Payments that make a file old.
    pub aged: u32,
    /// Payments that come alone, and syncs.
    pub lone: u32,
    /// Rows of a run of bare SQLite.
    pub rows: u32,
    /// Payments of a run with a statement per row.
    pub per_row: u32,
    /// The socket of a PostgreSQL cluster, and how long it is measured.
    pub postgres: Option<(PathBuf, u32)>,
    /// Ids looked up again, of each generation.
    pub lookups: u32,
    /// Payments of the very long run.
    pub longest: Option<u32>,
    /// Also samples where the processor's time goes, in processes of their own.
    pub profile: bool,
}

impl Plan {
    /// Measures everything. `tell` hears what comes next.
    pub fn carry_out(&self, measure: Measure<'_>, tell: &dyn Fn(&str)) -> Result<Findings, BenchError> {
        let mut findings = Findings { payments: self.payments, aged: self.aged, ..Findings::default() };
        for ids in [Ids::Ordered, Ids::Random] {
            tell(&format!("a file of {} payments, {ids:?} ids", self.aged));
            self.stream(measure, &self.aged_folder(ids), ids, 0..self.aged)?;
        }
        for round in 0..self.rounds {
            for term in self.terms() {
                tell(&format!("round {} of {}: {term:?}", round + 1, self.rounds));
                let measured = self.measure_term(measure, term, round, &mut findings)?;
                findings.rounds.entry(term).or_default().push(measured);
            }
        }
        if self.profile {
            tell("where the processor's time goes");
            findings.profiles = self.take_profiles()?;
        }
        tell("ids that were taken before");
        findings.known = self.look_up(measure)?;
        findings.verified_aged = self.verify(measure, &self.aged_folder(Ids::Ordered))?;
        self.verify(measure, &self.aged_folder(Ids::Random))?;
        findings.longest = self.longest.map(|count| self.run_long(measure, tell, count)).transpose()?;
        Ok(findings)
    }

    fn terms(&self) -> Vec<Term> {
        let mut terms = vec![
            Term::Fresh(Ids::Ordered),
            Term::Bare(Shape::Integers),
            Term::Aged(Ids::Ordered),
            Term::Fresh(Ids::Random),
            Term::Bare(Shape::Wide),
            Term::Aged(Ids::Random),
            Term::Fresh(Ids::Counted),
            Term::Bare(Shape::Guarded),
            Term::Lone,
            Term::Sync,
            Term::PerRowAlone,
            Term::PerRowTogether,
        ];
        terms.extend(self.postgres.is_some().then_some(Term::TpcB));
        terms
    }

    fn measure_term(
        &self,
        measure: Measure<'_>,
        term: Term,
        round: u32,
        findings: &mut Findings,
    ) -> Result<Measured, BenchError> {
        let folder = self.folder.clone();
        match term {
            Term::Fresh(ids) => {
                let (measured, verified) = self.stream_fresh(measure, ids)?;
                if ids == Ids::Ordered {
                    findings.verified = verified;
                    findings.together = verified.rows / measured.commits.max(1);
                }
                Ok(measured)
            }
            Term::Aged(ids) => {
                let first = self.aged + round * self.payments;
                self.stream(measure, &self.aged_folder(ids), ids, first..first + self.payments)
            }
            Term::Lone => {
                let fresh = tempfile::tempdir_in(&self.folder)?;
                let measured = measure(&Task::Lone { folder: fresh.path().to_owned(), count: self.lone })?;
                self.verify(measure, fresh.path())?;
                Ok(measured)
            }
            Term::Sync => measure(&Task::Syncs { folder, count: self.lone }),
            Term::Bare(shape) => {
                measure(&Task::Bare { folder, shape, count: self.rows, together: findings.together })
            }
            Term::PerRowAlone => measure(&Task::PerRow { folder, count: self.per_row, together: 1 }),
            Term::PerRowTogether => measure(&Task::PerRow { folder, count: 4 * self.per_row, together: 256 }),
            Term::TpcB => match &self.postgres {
                Some((sockets, seconds)) => {
                    measure(&Task::TpcB { sockets: sockets.clone(), seconds: *seconds })
                }
                None => Err(BenchError::NoFigure("PostgreSQL".to_owned())),
            },
        }
    }

    fn aged_folder(&self, ids: Ids) -> PathBuf {
        self.folder.join(format!("aged-{ids:?}").to_lowercase())
    }

    /// Into a new file, which is checked and removed.
    fn stream_fresh(&self, measure: Measure<'_>, ids: Ids) -> Result<(Measured, Measured), BenchError> {
        let fresh = tempfile::tempdir_in(&self.folder)?;
        let measured = self.stream(measure, fresh.path(), ids, 0..self.payments)?;
        Ok((measured, self.verify(measure, fresh.path())?))
    }

    fn stream(
        &self,
        measure: Measure<'_>,
        folder: &Path,
        ids: Ids,
        numbers: Range<u32>,
    ) -> Result<Measured, BenchError> {
        let input = self.folder.join("input.ndjson");
        let wished = numbers.end - numbers.start;
        ids.write(numbers, &input)?;
        let measured = measure(&Task::Stream { folder: folder.to_owned(), input })?;
        if measured.count == wished {
            Ok(measured)
        } else {
            Err(BenchError::NotTaken(format!("{} of {wished}", measured.count)))
        }
    }

    /// Of the stream into a new file, and of payments that come alone.
    fn take_profiles(&self) -> Result<Option<[Profile; 2]>, BenchError> {
        let (samples, input) = (self.folder.join("samples"), self.folder.join("input.ndjson"));
        Ids::Ordered.write(0..self.payments, &input)?;
        let [streamed, alone] = [tempfile::tempdir_in(&self.folder)?, tempfile::tempdir_in(&self.folder)?];
        let stream = Task::Stream { folder: streamed.path().to_owned(), input };
        let lone = Task::Lone { folder: alone.path().to_owned(), count: PROFILED_ALONE };
        let stream = Profile::of(&stream, self.payments, &samples)?;
        Ok(stream.zip(Profile::of(&lone, PROFILED_ALONE, &samples)?).map(|(stream, lone)| [stream, lone]))
    }

    fn verify(&self, measure: Measure<'_>, folder: &Path) -> Result<Measured, BenchError> {
        measure(&Task::Verify { folder: folder.to_owned() })
    }

    /// Random ids again, of the newest in memory and of generations that are on the disk.
    fn look_up(&self, measure: Measure<'_>) -> Result<Vec<(u32, Measured)>, BenchError> {
        let taken = self.aged + self.rounds * self.payments;
        let folder = self.aged_folder(Ids::Random);
        let mut known = Vec::new();
        for ago in [0, 1, 5, 15] {
            let last = taken.saturating_sub(ago * GENERATION).max(self.lookups);
            let measured = self.stream(measure, &folder, Ids::Random, last - self.lookups..last)?;
            known.push((ago, measured));
        }
        Ok(known)
    }

    fn run_long(&self, measure: Measure<'_>, tell: &dyn Fn(&str), count: u32) -> Result<Longest, BenchError> {
        for ids in [Ids::Ordered, Ids::Random] {
            std::fs::remove_dir_all(self.aged_folder(ids))?;
        }
        let long = |ids| -> Result<[Measured; 3], BenchError> {
            tell(&format!("{count} payments, {ids:?} ids"));
            let fresh = tempfile::tempdir_in(&self.folder)?;
            let whole = self.stream(measure, fresh.path(), ids, 0..count)?;
            let after = self.stream(measure, fresh.path(), ids, count..count + self.payments)?;
            tell("the check of their books");
            Ok([whole, after, self.verify(measure, fresh.path())?])
        };
        let [whole, after, verified] = long(Ids::Ordered)?;
        let [random, random_after, _] = long(Ids::Random)?;
        Ok(Longest { whole, after, verified, random, random_after })
    }
}
