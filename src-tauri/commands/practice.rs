//! The simulated public of practice mode.

use std::sync::Arc;
use std::time::Duration;

use engine::Command;
use payment::sale::ChainPayment;
use payment::{InvoiceId, PaymentId, Sale};
use rail_practice::{Act, Portion, PracticeRail};

use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::practice::{PracticeActDto, PracticeActRequest};
use crate::dto::sale::SaleDto;
use crate::till::Till;
use crate::view;

/// The public acts in milliseconds; a screen that waits longer for it re-reads the sale by the feed anyway.
const SEEN_WITHIN: Duration = Duration::from_secs(2);

pub(super) async fn practice_act(
    app: &Arc<App>,
    _: Asker,
    request: PracticeActRequest,
) -> Result<SaleDto, AppError> {
    let till = app.till().await?;
    let (invoice, payment): (InvoiceId, PaymentId) = (id(&request.invoice)?, id(&request.payment)?);
    if request.act == PracticeActDto::PayLate {
        till.engine.ask(Command::EndQuote { invoice, payment }).await?;
    }
    let before = till.engine.sale(invoice).await?;
    let practice = simulated(&till, chain_of(&before, payment)?)?;
    let mut changes = till.engine.feed().subscribe();
    for act in acts(&before, payment, request.act)? {
        practice.act(&act).map_err(|error| refuse(ErrorCode::NotNow, error.to_string()))?;
    }
    let mut sale = before.clone();
    let seen = async {
        while sale.version == before.version && changes.recv().await.is_ok() {
            sale = till.engine.sale(invoice).await?;
        }
        Ok::<(), AppError>(())
    };
    if let Ok(outcome) = tokio::time::timeout(SEEN_WITHIN, seen).await {
        outcome?;
    }
    view::sale::sale(&till, &sale)
}

/// The chain that the payment's rail has in practice mode.
fn simulated(till: &Till, chain: &ChainPayment) -> Result<Arc<PracticeRail>, AppError> {
    let simulated = till.practice.chain(chain.terms.rail);
    simulated.ok_or_else(|| refuse(ErrorCode::Forbidden, "only practice mode has a simulated customer"))
}

fn chain_of(sale: &Sale, payment: PaymentId) -> Result<&ChainPayment, AppError> {
    let chain = sale.payment(payment).and_then(payment::sale::Payment::chain);
    chain.ok_or_else(|| refuse(ErrorCode::NotFound, "the sale has no such payment"))
}

fn acts(sale: &Sale, payment: PaymentId, act: PracticeActDto) -> Result<Vec<Act>, AppError> {
    let chain = chain_of(sale, payment)?;
    let address =
        chain.address.clone().ok_or_else(|| refuse(ErrorCode::NotNow, "the code is not shown yet"))?;
    let pay = |portion: Portion| -> Result<Vec<Act>, AppError> {
        let amount = portion.of(asked(chain)?)?;
        Ok(vec![Act::Pay { address: address.clone(), amount }])
    };
    match act {
        PracticeActDto::PayExact | PracticeActDto::PayLate => pay(Portion::Exact),
        PracticeActDto::PayShort => pay(Portion::Half),
        PracticeActDto::PayOver => pay(Portion::OneAndAHalf),
        PracticeActDto::DoubleSpend => {
            let is_paid = chain.present().any(|transfer| transfer.latest.level.confirmations() == 0);
            let mut acts = if is_paid { Vec::new() } else { pay(Portion::Exact)? };
            acts.push(Act::DoubleSpend { address });
            Ok(acts)
        }
        PracticeActDto::MineBlock => Ok(vec![Act::MineBlock]),
        PracticeActDto::Reorganise => {
            let deepest = chain.present().map(|t| t.latest.level.confirmations()).max().unwrap_or(0).max(1);
            Ok(vec![Act::Reorganise { depth: deepest, keep: false }])
        }
    }
}

/// What the code on screen asks for: the rest, or the whole quote again when nothing is left to ask.
fn asked(chain: &ChainPayment) -> Result<money::Money, AppError> {
    let rest = chain.terms.quote.coin.checked_sub(chain.coins_present()?)?;
    Ok(if rest.is_positive() { rest } else { chain.terms.quote.coin })
}
