//! Expansion: `expand[]=latest_charge.balance_transaction` puts objects where answers show ids.

use serde_json::Value;

use crate::account::Account;
use crate::resources::checkout_session::CheckoutSession;
use crate::resources::payment_link::PaymentLink;
use crate::wire::{Refusal, Row, list_of};

const DEPTH_MAX: usize = 4;

/// Carries out every expansion a request asks for.
///
/// # Errors
/// [`Refusal`] for a path that is too deep or names what can't be expanded.
pub(crate) fn expand(account: &Account, answer: &mut Value, paths: &[String]) -> Result<(), Refusal> {
    for path in paths {
        let parts: Vec<&str> = path.split('.').collect();
        if parts.len() > DEPTH_MAX {
            let message =
                format!("You cannot expand more than {DEPTH_MAX} levels of a property. Property: {path}");
            return Err(Refusal::invalid(message).param("expand"));
        }
        expand_path(account, answer, &parts).ok_or_else(|| {
            Refusal::invalid(format!("This property cannot be expanded ({path}).")).param("expand")
        })?;
    }
    Ok(())
}

/// `None` when there is nothing of that name to expand.
fn expand_path(account: &Account, value: &mut Value, parts: &[&str]) -> Option<()> {
    let Some((name, rest)) = parts.split_first() else { return Some(()) };
    if let Value::Array(items) = value {
        return items.iter_mut().try_for_each(|item| expand_path(account, item, parts));
    }
    if value.is_null() {
        return Some(());
    }
    let included = value.get(name).is_none().then(|| included(account, value, name));
    let object = value.as_object_mut()?;
    let inner = match included {
        Some(included) => object.entry(*name).or_insert(included?),
        None => object.get_mut(*name)?,
    };
    match inner {
        Value::String(id) => *inner = account.render(id)?,
        Value::Null | Value::Array(_) | Value::Object(_) => (),
        _ => return None,
    }
    expand_path(account, inner, rest)
}

/// What an object shows only when it is asked to.
fn included(account: &Account, object: &Value, name: &str) -> Option<Value> {
    let id = object["id"].as_str()?;
    match (object["object"].as_str()?, name) {
        ("charge", "refunds") => {
            let refunds = account.refunds.newest_first().filter(|refund| refund.charge == id);
            Some(list_of(refunds.map(Row::render).collect(), false, &format!("/v1/charges/{id}/refunds")))
        }
        ("checkout.session", "line_items") => {
            account.checkout_sessions.get(id).map(CheckoutSession::render_lines)
        }
        ("payment_link", "line_items") => account.payment_links.get(id).map(PaymentLink::render_lines),
        _ => None,
    }
}
