//! A span for every command, from the intake to its answer: what is wished, by its ids. Amounts, names of payers and
//! what a cart holds are in the books, not in the log.
//!
//! Spans are of the level `debug`, so that they cost nothing at a till that does not look; what becomes of a single
//! micropayment is an event of the level `trace`.

use payment::stream::Instruction;
use tracing::{Span, debug_span};

use crate::cards::CardCommand;
use crate::command::Command;

impl Command {
    /// The span in which everything about this command happens.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::OpenSale { invoice, .. } => debug_span!("open_sale", %invoice),
            Self::TakeCash { invoice, payment, .. } => debug_span!("take_cash", %invoice, %payment),
            Self::StartPayment { invoice, payment, rail, .. } => {
                debug_span!("start_payment", %invoice, %payment, %rail)
            }
            Self::CancelPayment { invoice, payment } => debug_span!("cancel_payment", %invoice, %payment),
            Self::CancelSale { invoice, .. } => debug_span!("cancel_sale", %invoice),
            Self::VoidSale { invoice, .. } => debug_span!("void_sale", %invoice),
            Self::PrintReceipt { invoice } => debug_span!("print_receipt", %invoice),
            Self::AssignStray { stray, invoice, payment } => {
                debug_span!("assign_stray", %stray, %invoice, %payment)
            }
            Self::CreditStray { stray, .. } => debug_span!("credit_stray", %stray),
            Self::ChangeSettings { .. } => debug_span!("change_settings"),
            Self::AcknowledgeAlert { alert } => debug_span!("acknowledge_alert", alert),
            Self::NoteOffPar { rate } => debug_span!("note_off_par", coin = %rate.base()),
            Self::EndQuote { invoice, payment } => debug_span!("end_quote", %invoice, %payment),
            Self::TakeOffer { invoice, payment, rail, .. } => {
                debug_span!("take_offer", %invoice, %payment, %rail)
            }
            Self::TakeParcel { source, instructions, again } => {
                let first = instructions.first().map(Instruction::id);
                debug_span!("take_parcel", %source, instructions = instructions.len(), first, again)
            }
            Self::SettleTabs { rail, although_young, .. } => {
                debug_span!("settle_tabs", %rail, although_young)
            }
            Self::DrawSettlements { rail, after, .. } => debug_span!("draw_settlements", %rail, after),
            Self::TakeCharge { settlement, .. } => debug_span!("take_charge", %settlement),
            Self::RetrySettlement { settlement } => debug_span!("retry_settlement", %settlement),
            Self::Card(command) => command.span(),
            Self::TakeReport { rail, report } => {
                let (readings, complete) = (report.observations.len(), report.complete);
                debug_span!("take_report", %rail, readings, complete)
            }
        }
    }
}

impl CardCommand {
    fn span(&self) -> Span {
        match self {
            Self::Start { invoice, payment, rail, .. } => {
                debug_span!("start_card", %invoice, %payment, %rail)
            }
            Self::Cancel { invoice, payment } => debug_span!("cancel_card", %invoice, %payment),
            Self::Capture { invoice, payment, .. } => debug_span!("capture_card", %invoice, %payment),
            Self::Refund { invoice, payment, refund, .. } => {
                debug_span!("refund_card", %invoice, %payment, %refund)
            }
            Self::CancelRefund { invoice, payment, refund } => {
                debug_span!("cancel_refund", %invoice, %payment, %refund)
            }
            Self::Draw { rail, .. } => debug_span!("draw_cards", %rail),
            Self::Look(due) => debug_span!("look_at_card", payment = %due.payment),
            Self::TakeAnswer { due, errand, .. } => {
                debug_span!("take_card_answer", payment = %due.payment, errand = errand.name())
            }
            Self::TakeReport { rail, report } => {
                debug_span!("take_card_report", %rail, readings = report.readings.len())
            }
        }
    }
}
