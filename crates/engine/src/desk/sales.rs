//! Sales at the counter.

use money::{Currency, Money};
use payment::rail::{Offer, RailError};
use payment::sale::{PaymentTerms, Refused};
use payment::{Cart, InvoiceId, PaymentId, RailId, Sale, SaleEvent};
use store::Source;

use super::{Desk, TILL};
use crate::command::{EngineError, Reply};
use crate::working_set::WorkingSet;

impl Desk<'_> {
    /// The same id and cart again is the same sale; the id with another cart is refused.
    pub(super) fn open_sale(
        &self,
        work: &mut WorkingSet<'_>,
        invoice: InvoiceId,
        cart: Cart,
    ) -> Result<Reply, EngineError> {
        if let Some(known) = work.sale(invoice)? {
            return if known.cart == cart { Ok(sale_reply(known)) } else { Err(EngineError::IdInUse) };
        }
        let totals = cart.totals(self.settings.shop.currency)?;
        let number = work.next_sale_number()?;
        let event = SaleEvent::Opened { number, cart, totals, tolerance: self.settings.shop.tolerance };
        Ok(sale_reply(work.open_sale(invoice, event, TILL, self.now)?))
    }

    pub(super) fn take_cash(
        &self,
        work: &mut WorkingSet<'_>,
        invoice: InvoiceId,
        payment: PaymentId,
        tendered: Money,
    ) -> Result<Reply, EngineError> {
        if !self.settings.cash.enabled {
            return Err(EngineError::Refused(Refused::WrongState));
        }
        let smallest_coin = self.settings.cash.smallest_coin_minor;
        self.decide(work, invoice, |sale| sale.take_cash_for_rest(payment, tendered, smallest_coin))
    }

    /// The terms are fixed here: amount, quote and policy. A repeated wish finds its payment and changes nothing.
    pub(super) fn start_payment(
        &self,
        work: &mut WorkingSet<'_>,
        invoice: InvoiceId,
        payment: PaymentId,
        (rail_id, coin): (RailId, Currency),
    ) -> Result<Reply, EngineError> {
        let sale = work.sale(invoice)?.ok_or(EngineError::NoSuchSale)?;
        if let Some(known) = sale.payment(payment) {
            let wished = (rail_id, coin);
            let is_same = known.chain().is_some_and(|c| (c.terms.rail, c.terms.quote.currency()) == wished);
            return if is_same { Ok(sale_reply(sale)) } else { Err(Refused::PaymentExists.into()) };
        }
        let amount = sale.payable()?;
        let rail = self.usable_rail(rail_id)?;
        let unavailable = |reason| EngineError::RailUnavailable { rail: rail_id, reason };
        if !rail.coins().contains(&coin) || !self.settings.takes(coin) {
            return Err(unavailable(format!("this shop does not take {coin}: choose another way to pay")));
        }
        let quote = self.quote(amount, coin)?;
        let least = rail.amount_min(coin);
        if quote.coin.minor() < least.minor() {
            return Err(unavailable(format!("the network takes no less than {least}")));
        }
        let policy = self.settings.policy_for(rail_id, coin, amount);
        let terms = PaymentTerms { rail: rail_id, amount, quote, policy };
        let event = sale.start_payment(payment, terms)?;
        Ok(sale_reply(work.sale_event(invoice, &event, TILL, self.now)?))
    }

    /// Reads the sale, decides, applies.
    pub(super) fn decide(
        &self,
        work: &mut WorkingSet<'_>,
        invoice: InvoiceId,
        decide: impl FnOnce(&Sale) -> Result<SaleEvent, Refused>,
    ) -> Result<Reply, EngineError> {
        let sale = work.sale(invoice)?.ok_or(EngineError::NoSuchSale)?;
        let event = decide(&sale)?;
        Ok(sale_reply(work.sale_event(invoice, &event, TILL, self.now)?))
    }

    pub(super) fn end_quote(
        &self,
        work: &mut WorkingSet<'_>,
        invoice: InvoiceId,
        payment: PaymentId,
    ) -> Result<Reply, EngineError> {
        let event = SaleEvent::QuoteEnded { payment };
        Ok(sale_reply(work.sale_event(invoice, &event, Source::Clock, self.now)?))
    }

    /// The address and what the rail must remember of it go into one commit; only then is it shown.
    pub(super) fn take_offer(
        &self,
        work: &mut WorkingSet<'_>,
        (invoice, payment): (InvoiceId, PaymentId),
        rail: RailId,
        answer: Result<Offer, RailError>,
    ) -> Result<Reply, EngineError> {
        let event = match answer {
            Ok(offer) => {
                work.remember(rail, offer.change_set);
                work.own_address(rail, &offer.address, (invoice, payment));
                SaleEvent::Offered { payment, address: offer.address }
            }
            Err(error) => SaleEvent::OfferFailed { payment, failure: error.into() },
        };
        Ok(sale_reply(work.sale_event(invoice, &event, Source::Rail(rail), self.now)?))
    }
}

pub(super) fn sale_reply(sale: Sale) -> Reply {
    Reply::Sale(Box::new(sale))
}
