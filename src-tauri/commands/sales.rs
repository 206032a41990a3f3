//! Selling.

use std::sync::Arc;

use engine::Command;
use money::Money;
use payment::{Cart, CartLine, InvoiceId, PaymentId};
use settings::Mode;
use store::Subject;

use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::money::MoneyDto;
use crate::dto::receipt::{ReceiptDto, ReceiptRequest};
use crate::dto::sale::{
    AmountReadRequest, CartLineDto, CartTotalsDto, CartTotalsRequest, CashTakeRequest, PaymentRequest,
    PaymentStartRequest, SaleCancelRequest, SaleDto, SaleOpenRequest, SaleRequest, SaleVoidRequest,
    TenderDto,
};
use crate::dto::sales_list::{SalesListReply, SalesListRequest};
use crate::dto::timeline::TimelineItemDto;
use crate::till::Till;
use crate::view;

pub(super) async fn amount_read(
    app: &Arc<App>,
    _: Asker,
    request: AmountReadRequest,
) -> Result<MoneyDto, AppError> {
    let currency = app.till().await?.engine.settings().shop.currency;
    let amount = Money::parse(&request.text, currency)
        .map_err(|error| refuse(ErrorCode::BadAmount, error.to_string()))?;
    if amount.currency() != currency {
        return Err(refuse(ErrorCode::BadAmount, format!("type the amount in {currency}")));
    }
    Ok(view::money(amount))
}

pub(super) async fn cart_totals(
    app: &Arc<App>,
    _: Asker,
    request: CartTotalsRequest,
) -> Result<CartTotalsDto, AppError> {
    let till = app.till().await?;
    let cart = cart(&till, request.lines, String::new())?;
    let totals = cart
        .totals(till.engine.settings().shop.currency)
        .map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))?;
    Ok(view::sale::totals(&totals, cart.tax_included))
}

pub(super) async fn sale_open(
    app: &Arc<App>,
    _: Asker,
    request: SaleOpenRequest,
) -> Result<SaleDto, AppError> {
    let till = app.till().await?;
    if till.mode == Mode::Live && !till.engine.settings().setup_done {
        let detail = "this till was never set up, so it would sell under another name and tax: open its window once, \
                      or give it your settings with `tillstream --mode live settings import FILE`";
        return Err(refuse(ErrorCode::NotNow, detail));
    }
    let invoice: InvoiceId = id(&request.invoice)?;
    let cart = cart(&till, request.lines, request.note)?;
    ask(&till, Command::OpenSale { invoice, cart }).await
}

pub(super) async fn sale_get(app: &Arc<App>, _: Asker, request: SaleRequest) -> Result<SaleDto, AppError> {
    let till = app.till().await?;
    let sale = till.engine.sale(id(&request.invoice)?).await?;
    view::sale::sale(&till, &sale)
}

pub(super) async fn tenders(
    app: &Arc<App>,
    _: Asker,
    request: SaleRequest,
) -> Result<Vec<TenderDto>, AppError> {
    let till = app.till().await?;
    let sale = till.engine.sale(id(&request.invoice)?).await?;
    view::tender::tenders(&till, &sale)
}

pub(super) async fn cash_take(
    app: &Arc<App>,
    _: Asker,
    request: CashTakeRequest,
) -> Result<SaleDto, AppError> {
    let till = app.till().await?;
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let tendered = view::read_money(&request.tendered)?;
    ask(&till, Command::TakeCash { invoice, payment, tendered }).await
}

/// Answers when the code can be shown or the rail has refused.
pub(super) async fn payment_start(
    app: &Arc<App>,
    _: Asker,
    request: PaymentStartRequest,
) -> Result<SaleDto, AppError> {
    let till = app.till().await?;
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let way = view::tender::chain_way(&till, &request.method).ok_or_else(|| {
        refuse(ErrorCode::RailUnavailable, format!("there is no way to pay named {:?}", request.method))
    })?;
    let sale = till.engine.start_payment(invoice, payment, way).await?;
    view::sale::sale(&till, &sale)
}

pub(super) async fn payment_cancel(
    app: &Arc<App>,
    _: Asker,
    request: PaymentRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    ask(&*app.till().await?, Command::CancelPayment { invoice, payment }).await
}

pub(super) async fn sale_cancel(
    app: &Arc<App>,
    _: Asker,
    request: SaleCancelRequest,
) -> Result<SaleDto, AppError> {
    let invoice = id(&request.invoice)?;
    let although_seen = request.although_seen;
    ask(&*app.till().await?, Command::CancelSale { invoice, although_seen }).await
}

pub(super) async fn sale_void(
    app: &Arc<App>,
    _: Asker,
    request: SaleVoidRequest,
) -> Result<SaleDto, AppError> {
    let invoice = id(&request.invoice)?;
    ask(&*app.till().await?, Command::VoidSale { invoice, reason: request.reason }).await
}

pub(super) async fn sales_list(
    app: &Arc<App>,
    _: Asker,
    request: SalesListRequest,
) -> Result<SalesListReply, AppError> {
    let till = app.till().await?;
    let filter = view::sale::list_filter(&request)?;
    let page = till.engine.reader().sales(&filter).await?;
    Ok(view::sale::list(page))
}

pub(super) async fn sale_timeline(
    app: &Arc<App>,
    _: Asker,
    request: SaleRequest,
) -> Result<Vec<TimelineItemDto>, AppError> {
    let till = app.till().await?;
    let invoice: InvoiceId = id(&request.invoice)?;
    let events = till.engine.reader().timeline(Subject::Sale(invoice)).await?;
    Ok(events.iter().map(view::timeline::item).collect())
}

/// Printing is recorded before it is done: a print that failed half-way leads to a copy, never to two originals.
pub(super) async fn receipt(
    app: &Arc<App>,
    _: Asker,
    request: ReceiptRequest,
) -> Result<ReceiptDto, AppError> {
    let till = app.till().await?;
    let invoice: InvoiceId = id(&request.invoice)?;
    let sale = if request.print {
        till.engine.ask_sale(Command::PrintReceipt { invoice }).await?
    } else {
        till.engine.sale(invoice).await?
    };
    view::receipt::receipt(&till, &sale).await
}

pub(super) async fn ask(till: &Till, command: Command) -> Result<SaleDto, AppError> {
    let sale = till.engine.ask_sale(command).await?;
    view::sale::sale(till, &sale)
}

pub(super) fn ids(invoice: &str, payment: &str) -> Result<(InvoiceId, PaymentId), AppError> {
    Ok((id(invoice)?, id(payment)?))
}

fn cart(till: &Till, lines: Vec<CartLineDto>, note: String) -> Result<Cart, AppError> {
    let lines = lines.into_iter().map(cart_line).collect::<Result<Vec<_>, _>>()?;
    Ok(Cart { lines, tax_included: till.engine.settings().tax.included, note })
}

fn cart_line(line: CartLineDto) -> Result<CartLine, AppError> {
    let tax = money::Percent::parse(&line.tax_percent)
        .map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))?;
    Ok(CartLine {
        description: line.description,
        quantity: line.quantity,
        unit_price: view::read_money(&line.unit_price)?,
        tax,
        note: line.note,
    })
}
