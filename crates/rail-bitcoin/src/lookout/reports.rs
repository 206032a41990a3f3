//! Handing reports to the engine and waiting for their commit.

use payment::RailId;
use payment::rail::{NotCommitted, ReportSink};

use super::Lookout;

impl Lookout {
    /// Reports everything (`complete`) or what changed, and forgets what was staged only after the commit.
    /// What the wallet has, it has from the followed server.
    pub(super) async fn report(
        &self,
        followed: usize,
        sink: &dyn ReportSink,
        complete: bool,
    ) -> Result<(), NotCommitted> {
        let report = {
            let mut wallet = self.wallet.lock();
            self.board.ask_about(&wallet.unconfirmed(), followed);
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
