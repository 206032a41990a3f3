//! Sales for the screens.

use money::{Money, MoneyError};
use payment::rail::{PaymentLink, RailHealth, method_name};
use payment::sale::{CashPayment, ChainPayment, Payment, PaymentMethod};
use payment::{Depth, HandOver, InvoiceId, Mark, Policy, Quote, Sale, Standing, State, Totals, Transfer};
use store::{SaleSummary, SalesFilter, SalesPage};

use super::{instant, money};
use crate::commands::{id, refuse};
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::money::QrDto;
use crate::dto::sale::{
    CartLineDto, CartTotalsDto, CashDto, CodeDto, DepthDto, HandOverDto, MarkDto, MayDto, PaymentDto,
    SaleDto, StateDto, TaxDto, TransferDto, TransferStatusDto,
};
use crate::dto::sales_list::{SaleRowDto, SalesListReply, SalesListRequest, StateCountDto};
use crate::qr;
use crate::till::Till;

/// Rows of a page at most.
const ROWS_MAX: u16 = 200;

/// A sale as every screen sees it.
///
/// # Errors
/// When a sum is out of range.
pub fn sale(till: &Till, sale: &Sale) -> Result<SaleDto, AppError> {
    let standing = sale.standing()?;
    let coverage = standing.coverage;
    let payments = sale.payments.iter().map(|p| payment(till, sale, p)).collect::<Result<Vec<_>, _>>()?;
    Ok(SaleDto {
        invoice: sale.id.to_string(),
        version: sale.version,
        number: sale.number,
        opened_at: instant(sale.opened_at),
        note: sale.cart.note.clone(),
        lines: sale.cart.lines.iter().map(cart_line).collect(),
        totals: totals(&sale.totals, sale.cart.tax_included),
        state: state(standing.state),
        late: coverage.is_late,
        over: coverage.excess.is_positive(),
        safe: coverage.is_safe,
        r#final: coverage.is_final,
        hand_over: hand_over(standing.state.hand_over()),
        due: money(sale.due()),
        received: money(coverage.safe),
        pending: money(coverage.present.checked_sub(coverage.safe)?),
        remaining: money(coverage.remaining),
        excess: money(coverage.excess),
        payments,
        receipt_number: sale.receipt,
        may: may(sale, &standing),
    })
}

fn may(sale: &Sale, standing: &Standing) -> MayDto {
    let is_open = !sale.cancelled && sale.voided.is_none() && !standing.coverage.is_safe;
    let is_seen = !standing.coverage.present.is_zero();
    MayDto {
        pay: sale.payable().is_ok(),
        cancel: is_open && !is_seen,
        cancel_although_seen: is_open && is_seen,
        void: sale.is_voidable(),
        receipt: sale.receipt.is_some(),
    }
}

fn payment(till: &Till, sale: &Sale, payment: &Payment) -> Result<PaymentDto, AppError> {
    match &payment.method {
        PaymentMethod::Cash(cash) => cash_payment(payment, cash),
        PaymentMethod::Chain(chain) => chain_payment(till, sale, payment, chain),
        PaymentMethod::Card(card) => super::card::payment(till, sale, payment, card),
    }
}

fn cash_payment(payment: &Payment, cash: &CashPayment) -> Result<PaymentDto, AppError> {
    Ok(PaymentDto {
        payment: payment.id.to_string(),
        method: "cash".to_owned(),
        started_at: instant(payment.started_at),
        state: StateDto::Paid,
        confirmations: 0,
        safe_at: DepthDto::AT_ONCE,
        final_at: DepthDto::AT_ONCE,
        amount: money(cash.counted),
        received: money(cash.counted),
        cancelled: false,
        problem: String::new(),
        cash: Some(CashDto {
            to_pay: money(cash.to_pay()?),
            tendered: money(cash.tendered),
            change: money(cash.change),
            rounding: money(cash.rounding),
        }),
        code: None,
        card: None,
        transfers: Vec::new(),
    })
}

fn chain_payment(
    till: &Till,
    sale: &Sale,
    payment: &Payment,
    chain: &ChainPayment,
) -> Result<PaymentDto, AppError> {
    let policy = chain.terms.policy;
    let fewest = chain.present().map(|t| t.latest.level.confirmations()).min();
    Ok(PaymentDto {
        payment: payment.id.to_string(),
        method: method_name(chain.terms.rail, chain.terms.quote.currency()),
        started_at: instant(payment.started_at),
        state: state(sale.payment_state(payment)?),
        confirmations: fewest.unwrap_or(0),
        safe_at: depth(policy.safe),
        final_at: depth(policy.r#final),
        amount: money(chain.terms.amount),
        received: money(chain.terms.quote.value_of(chain.coins_present()?, chain.terms.amount)?),
        cancelled: chain.cancelled,
        problem: chain.failure.as_ref().map(|f| f.reason.clone()).unwrap_or_default(),
        cash: None,
        code: code(till, payment, chain)?,
        card: None,
        transfers: chain.transfers.values().map(|t| transfer(t, &policy)).collect(),
    })
}

/// The code asks for what is still to come in the coin, or shows the whole quote once that has come.
fn code(till: &Till, payment: &Payment, chain: &ChainPayment) -> Result<Option<CodeDto>, AppError> {
    let (Some(address), Some(Ok(rail))) = (&chain.address, till.engine.rail(chain.terms.rail)) else {
        return Ok(None);
    };
    let quote = &chain.terms.quote;
    let remaining = remaining(quote, chain.coins_present()?)?;
    let asked = if remaining.is_zero() { quote.coin } else { remaining };
    let PaymentLink { uri, code } = rail.link(address, asked);
    let needs_second_server =
        chain.terms.policy.trusts_unconfirmed() && !second_server(&rail.health(quote.currency()));
    Ok(Some(CodeDto {
        address: address.clone(),
        plain_qr: drawn(address)?,
        network: rail.network(quote.currency()),
        chain_id: quote.currency().chain_id().map(|chain_id| chain_id.to_string()),
        uri,
        qr: drawn(&code)?,
        quoted: money(quote.coin),
        remaining: money(remaining),
        rate: super::rates::rate(&quote.rate)?,
        life_ms: quote.life_ms,
        remaining_ms: if chain.ended_at.is_some() { 0 } else { till.engine.quote_remaining_ms(payment.id) },
        match_code: match_code(payment),
        policy_up_to: chain.terms.policy.up_to.map(money),
        needs_second_server,
    }))
}

fn drawn(text: &str) -> Result<QrDto, AppError> {
    qr::qr_svg_path(text).map_err(|error| refuse(ErrorCode::Internal, error.to_string()))
}

/// How deep a transfer must be.
#[must_use]
pub fn depth(depth: Depth) -> DepthDto {
    match depth {
        Depth::Confirmations(blocks) => DepthDto { confirmations: u32::from(blocks), mark: None },
        Depth::Marked(mark) => DepthDto { confirmations: 0, mark: mark_dto(mark) },
    }
}

fn mark_dto(mark: Mark) -> Option<MarkDto> {
    match mark {
        Mark::Head => None,
        Mark::Safe => Some(MarkDto::Safe),
        Mark::Finalized => Some(MarkDto::Finalized),
    }
}

fn remaining(quote: &Quote, received: Money) -> Result<Money, MoneyError> {
    let rest = quote.coin.checked_sub(received)?;
    Ok(if rest.is_negative() { Money::zero(quote.currency()) } else { rest })
}

fn second_server(health: &RailHealth) -> bool {
    health.servers.iter().filter(|server| server.problem.is_none()).count() >= 2
}

/// Four characters that till and customer display share, taken from the payment's id: a fake "paid" screen of an
/// earlier payment shows others. Letters and digits that look alike are left out.
#[must_use]
pub fn match_code(payment: &Payment) -> String {
    const LETTERS: &[u8] = b"ACDEFHKMNPRTWXY";
    const DIGITS: &[u8] = b"23456789";
    let bytes = payment.id.as_bytes();
    let pick = |from: &[u8], index: usize| char::from(from[usize::from(bytes[index]) % from.len()]);
    format!("{}{} {}{}", pick(LETTERS, 12), pick(DIGITS, 13), pick(DIGITS, 14), pick(DIGITS, 15))
}

/// A transfer with what it means by the policy.
#[must_use]
pub fn transfer(transfer: &Transfer, policy: &Policy) -> TransferDto {
    let level = &transfer.latest.level;
    let (status, block_height) = match level {
        payment::Level::Unconfirmed { .. } => (TransferStatusDto::Unconfirmed, None),
        payment::Level::Confirmed { height, .. } => (TransferStatusDto::Confirmed, Some(*height)),
        payment::Level::Withdrawn { .. } => (TransferStatusDto::Withdrawn, None),
    };
    TransferDto {
        reference: transfer.latest.reference.to_string(),
        amount: money(transfer.latest.amount),
        status,
        confirmations: level.confirmations(),
        block_height,
        seen_at: instant(transfer.latest.seen_at),
        safe: policy.is_safe(level),
        r#final: policy.is_final(level),
        late: transfer.late,
    }
}

fn cart_line(line: &payment::CartLine) -> CartLineDto {
    CartLineDto {
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price: money(line.unit_price),
        tax_percent: line.tax.to_string(),
        note: line.note.clone(),
    }
}

/// A cart's sums.
#[must_use]
pub fn totals(totals: &Totals, tax_included: bool) -> CartTotalsDto {
    CartTotalsDto {
        lines: totals.lines.iter().copied().map(money).collect(),
        net: money(totals.net),
        taxes: totals
            .taxes
            .iter()
            .map(|tax| TaxDto { percent: tax.rate.to_string(), net: money(tax.net), tax: money(tax.tax) })
            .collect(),
        total: money(totals.total),
        tax_included,
    }
}

/// The word on screen.
#[must_use]
pub const fn state(state: State) -> StateDto {
    match state {
        State::Preparing => StateDto::Preparing,
        State::Waiting => StateDto::Waiting,
        State::Detected => StateDto::Detected,
        State::Confirming => StateDto::Confirming,
        State::Paid => StateDto::Paid,
        State::Partial => StateDto::Partial,
        State::Overpaid => StateDto::Overpaid,
        State::Late => StateDto::Late,
        State::Expired => StateDto::Expired,
        State::Cancelled => StateDto::Cancelled,
        State::Declined => StateDto::Declined,
        State::Failed => StateDto::Failed,
        State::Unknown => StateDto::Unknown,
        State::Reversed => StateDto::Reversed,
        State::Voided => StateDto::Voided,
    }
}

const fn read_state(dto: StateDto) -> State {
    match dto {
        StateDto::Preparing => State::Preparing,
        StateDto::Waiting => State::Waiting,
        StateDto::Detected => State::Detected,
        StateDto::Confirming => State::Confirming,
        StateDto::Paid => State::Paid,
        StateDto::Partial => State::Partial,
        StateDto::Overpaid => State::Overpaid,
        StateDto::Late => State::Late,
        StateDto::Expired => State::Expired,
        StateDto::Cancelled => State::Cancelled,
        StateDto::Declined => State::Declined,
        StateDto::Failed => State::Failed,
        StateDto::Unknown => State::Unknown,
        StateDto::Reversed => State::Reversed,
        StateDto::Voided => State::Voided,
    }
}

const fn hand_over(light: HandOver) -> HandOverDto {
    match light {
        HandOver::Yes => HandOverDto::Yes,
        HandOver::NotYet => HandOverDto::NotYet,
        HandOver::No => HandOverDto::No,
    }
}

/// What to list.
///
/// # Errors
/// When the row to continue after is no id.
pub fn list_filter(request: &SalesListRequest) -> Result<SalesFilter, AppError> {
    let after = (!request.after.is_empty()).then(|| id(&request.after)).transpose()?;
    Ok(SalesFilter {
        search: request.search.clone(),
        states: request.states.iter().copied().map(read_state).collect(),
        after: after as Option<InvoiceId>,
        limit: request.limit.clamp(1, ROWS_MAX),
    })
}

/// A page of sales.
#[must_use]
pub fn list(page: SalesPage) -> SalesListReply {
    let counts = page.counts.iter().map(|(s, count)| StateCountDto { state: state(*s), count: *count });
    SalesListReply {
        counts: counts.collect(),
        rows: page.rows.into_iter().map(row).collect(),
        more: page.more,
    }
}

fn row(row: SaleSummary) -> SaleRowDto {
    SaleRowDto {
        invoice: row.invoice.to_string(),
        number: row.number,
        opened_at: instant(row.opened_at),
        state: state(row.state),
        late: row.late,
        over: row.over,
        due: money(row.due),
        methods: row.methods,
        label: row.label,
        receipt_number: row.receipt_number,
    }
}
