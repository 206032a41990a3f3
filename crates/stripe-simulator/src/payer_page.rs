//! The payer's page, as a phone's browser shows it: the amount or what saving a card allows, a choice of test cards by name,
//! Pay or Save and Decline, and the question of a bank that wants to see its customer. No field takes a number.

use crate::account::Account;
use crate::currency::Currency;
use crate::resources::cards::TEST_CARDS;
use crate::resources::checkout_session::{self, CheckoutSession, Purpose, SessionStatus, Tried};
use crate::resources::line::Line;
use crate::resources::{payment_intent, payment_link, payment_method, setup_intent};
use crate::wire::Refusal;

/// What the browser gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Shown {
        status: u16,
        html: String,
    },
    /// It goes on at another address.
    Elsewhere(String),
}

/// What the payer does on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Look,
    /// Pays with a method, or saves it, by its name: `pm_card_visa`.
    Pay(String),
    /// The bank's question is answered well, or not.
    Answer(bool),
}

impl Deed {
    /// Reads a form that a page sent; what it doesn't know is a look.
    pub(crate) fn read(form: &[u8]) -> Self {
        let fields: Vec<_> = form_urlencoded::parse(form).collect();
        let field =
            |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_ref());
        match (field("deed"), field("method")) {
            (Some("pay"), Some(method)) => Self::Pay(method.to_owned()),
            (Some("decline"), _) => Self::Pay("pm_card_chargeDeclined".to_owned()),
            (Some("confirm"), _) => Self::Answer(true),
            (Some("fail"), _) => Self::Answer(false),
            _ => Self::Look,
        }
    }
}

/// What a payer without a browser does at an address: pays with a method.
pub(crate) fn visit(account: &mut Account, url: &str, method: &str) -> String {
    let path = url.strip_prefix(account.base.as_str()).unwrap_or(url);
    let page = match path.strip_prefix("/l/") {
        Some(code) => open_link(account, code),
        None => Page::Elsewhere(url.to_owned()),
    };
    let paid = match page {
        Page::Elsewhere(url) => {
            let id = url.rsplit('/').next().unwrap_or_default().to_owned();
            pay(account, &id, &Deed::Pay(method.to_owned()))
        }
        shown @ Page::Shown { .. } => shown,
    };
    match paid {
        Page::Elsewhere(url) => url,
        Page::Shown { html, .. } => html,
    }
}

/// `/l/CODE`: each payer of a link gets a page of its own.
pub(crate) fn open_link(account: &mut Account, code: &str) -> Page {
    match payment_link::open(account, code) {
        Ok(session) => Page::Elsewhere(session.page),
        Err(words) => message(410, "This link is closed", &words),
    }
}

/// `/pay/SESSION`.
pub(crate) fn pay(account: &mut Account, id: &str, deed: &Deed) -> Page {
    let Some(session) = account.checkout_sessions.get(id).cloned() else { return nothing_here() };
    match (session.status, deed) {
        (SessionStatus::Expired, _) => message(410, "This page has expired", "Ask the shop for a new code."),
        (SessionStatus::Complete, _) => thanks(account, &session),
        (SessionStatus::Open, Deed::Pay(method)) => try_method(account, &session, method),
        (SessionStatus::Open, _) => choice(&session, None),
    }
}

fn try_method(account: &mut Account, session: &CheckoutSession, method: &str) -> Page {
    let tried = payment_method::named(account, method, "payment_method")
        .and_then(|method| checkout_session::attempt(account, &session.id, &method));
    match tried {
        Ok(Tried::Asks(url)) => Page::Elsewhere(url),
        Ok(Tried::Done) => left(account, &session.id),
        Err(refusal) => choice(session, Some(&refusal)),
    }
}

/// Where a payer goes who has paid, or saved a method.
fn left(account: &Account, id: &str) -> Page {
    let Some(session) = account.checkout_sessions.get(id) else { return nothing_here() };
    match &session.success_url {
        Some(url) => Page::Elsewhere(url.replace("{CHECKOUT_SESSION_ID}", id)),
        None => thanks(account, session),
    }
}

/// `/authenticate/INTENT`.
pub(crate) fn authenticate(account: &mut Account, id: &str, deed: &Deed) -> Page {
    match deed {
        Deed::Answer(succeeds) => {
            let answered = if id.starts_with("seti_") {
                setup_intent::authenticate(account, id, *succeeds).map(|intent| intent.return_url)
            } else {
                payment_intent::authenticate(account, id, *succeeds).map(|intent| intent.return_url)
            };
            checkout_session::settle(account, id);
            after_question(account, id, answered)
        }
        Deed::Look | Deed::Pay(_) => question(),
    }
}

/// Back to the page that the bank asked from, or to where the intent leads that has none.
fn after_question(account: &Account, id: &str, answered: Result<Option<String>, Refusal>) -> Page {
    let session = account.checkout_sessions.newest_first().find(|session| session.is_of(id));
    match (session, answered) {
        (Some(session), Ok(_)) => left(account, &session.id),
        (Some(session), Err(refusal)) => choice(session, Some(&refusal)),
        (None, answered) => told(answered),
    }
}

fn told(answered: Result<Option<String>, Refusal>) -> Page {
    match answered {
        Ok(Some(url)) => Page::Elsewhere(url),
        Ok(None) => message(200, "Thank you", "You can close this page."),
        Err(refusal) => message(402, "That did not work", refusal.message()),
    }
}

fn thanks(account: &Account, session: &CheckoutSession) -> Page {
    let link = session.payment_link.as_ref().and_then(|id| account.payment_links.get(id));
    let words = link.and_then(|link| link.thanks()).unwrap_or("You can close this page.");
    let title = match session.purpose {
        Purpose::Payment { .. } => "Thanks for your payment",
        Purpose::Setup { .. } => "Your card is saved",
    };
    message(200, title, words)
}

fn choice(session: &CheckoutSession, refusal: Option<&Refusal>) -> Page {
    let (deed, about) = wanted(session);
    let alert = refusal
        .map(|refusal| format!("<p role=\"alert\">{}</p>", escaped(refusal.message())))
        .unwrap_or_default();
    let body = format!(
        "<h1>{deed}</h1>{about}{alert}\
         <form method=\"post\" action=\"{}\"><label for=\"method\">Pay with</label> <select id=\"method\" name=\"method\">{}</select>\
         <p><button name=\"deed\" value=\"pay\">{deed}</button> \
         <button name=\"deed\" value=\"decline\">Decline</button></p></form>",
        session.page,
        methods(&session.kinds)
    );
    Page::Shown { status: if refusal.is_some() { 402 } else { 200 }, html: document(&deed, &body) }
}

/// What is to be done on a page, and what the payer reads about it. Where a card is saved, that is the mandate: what the
/// payer allows the shop to do while the payer is away.
fn wanted(session: &CheckoutSession) -> (String, String) {
    match &session.purpose {
        Purpose::Payment { lines, currency } => {
            let item = |line: &Line| format!("<li>{} × {}</li>", line.quantity, escaped(&line.description));
            let lines: String = lines.iter().map(item).collect();
            (format!("Pay {}", written(session.amount(), currency)), format!("<ul>{lines}</ul>"))
        }
        Purpose::Setup { .. } => {
            let mandate = "By saving your card you allow the shop to charge it for future payments in accordance with its \
                           terms.";
            ("Save card".to_owned(), format!("<p>{mandate}</p>"))
        }
    }
}

/// What can be paid with, by name.
fn methods(kinds: &[String]) -> String {
    let takes = |kind: &str| kinds.iter().any(|allowed| allowed == kind);
    let option = |value: &str, name: &str| format!("<option value=\"{value}\">{name}</option>");
    let mut options = String::new();
    if takes("card") {
        for card in TEST_CARDS {
            options += &option(&format!("pm_card_{}", card.name), &format!("Card: {}", card.name));
        }
    }
    if takes("sepa_debit") {
        options += &option("pm_sepaDebit", "Bank debit");
        options += &option("pm_sepaDebitFailed", "Bank debit that comes back");
    }
    options
}

fn question() -> Page {
    let body = "<h1>Your bank asks: is it you?</h1><form method=\"post\">\
                <button name=\"deed\" value=\"confirm\">Yes, it is me</button> \
                <button name=\"deed\" value=\"fail\">No</button></form>";
    Page::Shown { status: 200, html: document("Your bank", body) }
}

fn nothing_here() -> Page {
    message(404, "There is nothing here", "Look at the address again.")
}

fn message(status: u16, title: &str, words: &str) -> Page {
    let body = format!("<h1>{}</h1><p>{}</p>", escaped(title), escaped(words));
    Page::Shown { status, html: document(title, &body) }
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title></head>\
         <body><main>{body}</main></body></html>",
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `12.00 EUR`.
fn written(amount: i64, currency: &Currency) -> String {
    let code = currency.code().to_uppercase();
    let digits = currency.digits();
    let scale = 10_i64.pow(digits);
    if digits == 0 {
        return format!("{amount} {code}");
    }
    let width = usize::try_from(digits).unwrap_or_default();
    format!("{}.{:0width$} {code}", amount / scale, amount % scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_the_digits_of_their_currency() {
        let written = |amount, code| written(amount, &Currency::parse(code).unwrap());
        assert_eq!(written(1_205, "eur"), "12.05 EUR");
        assert_eq!(written(1_205, "jpy"), "1205 JPY");
        assert_eq!(written(12_050, "kwd"), "12.050 KWD");
    }

    #[test]
    fn what_a_shop_names_its_goods_can_not_become_part_of_the_page() {
        assert_eq!(escaped("<b>\"A&B\"</b>"), "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;");
    }
}
