//! The data file against what the judge saw: its chain verifies from zero, it ends where the last commit ended, and a
//! till that opens it goes by the settings that were stored last.

use std::sync::OnceLock;

use engine::Engine;
use payment::{InvoiceId, Sale};
use settings::Settings;
use store::{Store, Verification};
use tokio::runtime::{Builder, Runtime};

use super::{Broken, Judge, Verdict, must};

/// Read from the file at rest.
pub(crate) struct Found {
    checked: Verification,
    sales: Vec<(InvoiceId, Option<Sale>)>,
    /// In force in the till that has it open.
    settings: Settings,
}

impl Found {
    /// Checks the file of a running till.
    pub(crate) fn check(till: &Engine) -> Self {
        let checked = reads().block_on(till.reader().verify()).unwrap();
        Self { checked, sales: Vec::new(), settings: till.settings().as_ref().clone() }
    }

    /// Reads these sales too.
    pub(crate) fn with(mut self, till: &Engine, sales: impl IntoIterator<Item = InvoiceId>) -> Self {
        reads().block_on(async {
            let reader = Store::open_reader(till.reader().path()).await.unwrap();
            for id in sales {
                self.sales.push((id, reader.sale(id).await.unwrap()));
            }
            reader.close().await;
        });
        self
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
        for (id, sale) in found.sales {
            must("I1", sale.as_ref() == self.sales.get(&id), || format!("{id} is another one in the file"))?;
        }
        Ok(())
    }
}
