//! Handing reports to the engine and waiting for their commit.

use std::collections::HashSet;

use payment::RailId;
use payment::rail::{NotCommitted, ReportSink};

use super::Lookout;

impl Lookout {
    /// Reports everything (`complete`) or what changed, and forgets what was staged only after the commit.
    pub(super) async fn report(&self, sink: &dyn ReportSink, complete: bool) -> Result<(), NotCommitted> {
        let report = {
            let mut wallet = self.wallet.lock();
            let unconfirmed: HashSet<_> =
                wallet.questions().into_iter().map(|question| question.outpoint.txid).collect();
            self.board.ask_about(&unconfirmed);
            wallet.report(complete, |txid| self.board.agreeing(txid))
        };
        let Some(report) = report else { return Ok(()) };
        sink.report(RailId::BITCOIN, report).await?;
        let may_offer = {
            let mut wallet = self.wallet.lock();
            wallet.committed();
            wallet.may_offer()
        };
        self.may_offer.send_replace(may_offer);
        Ok(())
    }
}
