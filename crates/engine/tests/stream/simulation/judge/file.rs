//! The data file against what the judge saw: its chain verifies from zero, it ends where the last commit ended, and a
//! till that opens it goes by the settings that were stored last. What the owner is shown there is what the judge knows.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use engine::Engine;
use ledger::Account;
use payment::{InvoiceId, Sale, SettlementId};
use settings::Settings;
use store::{Store, Verification};
use tokio::runtime::{Builder, Runtime};

use super::{Broken, Judge, Verdict, must};

/// Read from the file at rest.
pub(crate) struct Found {
    checked: Verification,
    sales: Vec<(InvoiceId, Option<Sale>)>,
    /// Numbers and amounts of the parts of settlements, newest first.
    parts: Vec<(SettlementId, Vec<(i64, i64)>)>,
    /// In force in the till that has it open.
    settings: Settings,
    /// What payers owe, in cents.
    owed: i64,
    /// Settlements that the owner is shown.
    set_aside: BTreeSet<SettlementId>,
    /// Ids of instructions that the owner is shown.
    letters: BTreeSet<String>,
}

/// More than any day has.
const ALL: u32 = 10_000;

impl Found {
    /// Checks the file of a running till, through a door of its own: the till waits for its own reads to end when it
    /// opens the journal anew. Reads these sales and the parts of these settlements too.
    pub(crate) fn check(till: &Engine, sales: &[InvoiceId], settlements: &[SettlementId]) -> Self {
        reads().block_on(async {
            let reader = Store::open_reader(till.reader().path()).await.unwrap();
            let balances = reader.balances().await.unwrap();
            let owed = balances.into_iter().filter(|(account, _)| *account == Account::PayerTabs);
            let set_aside = reader.settlements_set_aside(0, ALL).await.unwrap();
            let letters = reader.dead_letters(0, ALL).await.unwrap();
            let mut found = Self {
                checked: reader.verify().await.unwrap(),
                sales: Vec::new(),
                parts: Vec::new(),
                settings: till.settings().as_ref().clone(),
                owed: owed.map(|(_, amount)| amount.minor()).sum(),
                set_aside: set_aside.into_iter().map(|facts| facts.settlement.id).collect(),
                letters: letters.into_iter().map(|letter| letter.instruction.id().to_owned()).collect(),
            };
            for id in sales {
                found.sales.push((*id, reader.sale(*id).await.unwrap()));
            }
            for id in settlements {
                let parts = reader.settlement_parts(*id, None, ALL).await.unwrap();
                let parts = parts.into_iter().map(|part| (part.number, part.amount.minor())).collect();
                found.parts.push((*id, parts));
            }
            reader.close().await;
            found
        })
    }
}

/// Threads for reading that the simulated till knows nothing of.
fn reads() -> &'static Runtime {
    static READS: OnceLock<Runtime> = OnceLock::new();
    READS.get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap())
}

impl Judge {
    pub(crate) fn check_file(&self, found: Found) -> Verdict {
        if let Some(fault) = found.checked.fault {
            return Err(Broken { invariant: "I3", what: format!("ledger verify: {fault}") });
        }
        must("I1", (found.checked.events, found.checked.head) == self.head, || {
            format!("{} events were committed, the file holds {}", self.head.0, found.checked.events)
        })?;
        must("I1", found.settings == self.settings, || "the till goes by other settings".to_owned())?;
        must("I2", found.owed == self.owed(), || {
            format!("payers owe {}, and {} by the judge's own tabs", found.owed, self.owed())
        })?;
        let set_aside = self.set_aside_settlements().into_iter().map(|settlement| settlement.id).collect();
        must("I5", found.set_aside == set_aside, || format!("the owner is shown {:?}", found.set_aside))?;
        let letters = self.letters.keys().cloned().collect();
        must("I5", found.letters == letters, || format!("{:?} are not {letters:?}", found.letters))?;
        for (id, found) in found.parts {
            let own = self.parts.get(&id).into_iter().flatten().rev().map(|part| (part.number, part.minor));
            must("I2", found == own.collect::<Vec<_>>(), || format!("the parts of {id} are {found:?}"))?;
        }
        for (id, sale) in found.sales {
            must("I1", sale.as_ref() == self.sales.get(&id), || format!("{id} is another one in the file"))?;
        }
        Ok(())
    }
}
