//! Search by metadata and status. As at Stripe, an intent can be found only some time after it was made, so nobody may rely
//! on a search right after a request. Source: <https://docs.stripe.com/search#data-freshness>.

use serde_json::{Value, json};

use crate::route::Turn;
use crate::wire::{Refusal, Row, Word};

use super::PaymentIntent;

/// An intent younger than so many seconds is not found.
const LAG: i64 = 60;
const LIMIT_DEFAULT: i64 = 10;

/// One condition: `status:'succeeded'` or `metadata['order']:'7'`.
#[derive(Debug, PartialEq, Eq)]
struct Clause {
    field: String,
    value: String,
}

pub(super) fn search(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (clauses, limit, offset) = turn.read(|params| {
        let query = params.required_text("query")?;
        let limit = params.integer("limit")?.unwrap_or(LIMIT_DEFAULT);
        if !(1..=100).contains(&limit) {
            return Err(Refusal::invalid("A limit lies between 1 and 100.").param("limit"));
        }
        let offset = params.integer("page")?.unwrap_or_default();
        Ok((
            clauses(&query)?,
            usize::try_from(limit).unwrap_or_default(),
            usize::try_from(offset).unwrap_or_default(),
        ))
    })?;
    let newest = turn.account.now - LAG;
    let indexed = turn.account.payment_intents.newest_first().filter(|intent| intent.created <= newest);
    let found: Vec<_> = indexed
        .filter(|intent| clauses.iter().all(|clause| meets(intent, clause)))
        .map(Row::render)
        .collect();
    let next = offset + limit;
    let has_more = found.len() > next;
    let next_page = has_more.then(|| next.to_string());
    let data: Vec<_> = found.into_iter().skip(offset).take(limit).collect();
    Ok(json!({
        "object": "search_result", "data": data, "has_more": has_more, "next_page": next_page,
        "url": "/v1/payment_intents/search",
    }))
}

fn clauses(query: &str) -> Result<Vec<Clause>, Refusal> {
    let invalid =
        || Refusal::invalid(format!("We were unable to parse your search query: {query}")).param("query");
    let clause = |text: &str| {
        let (field, value) = text.trim().split_once(':')?;
        let unquoted = |text: &str| {
            let text = text.trim();
            let quote = text.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
            Some(text.strip_prefix(quote)?.strip_suffix(quote)?.to_owned())
        };
        let field = match field.trim().strip_prefix("metadata[") {
            Some(rest) => format!("metadata.{}", unquoted(rest.strip_suffix(']')?)?),
            None => field.trim().to_owned(),
        };
        Some(Clause { field, value: unquoted(value)? })
    };
    query.split(" AND ").map(|text| clause(text).ok_or_else(invalid)).collect()
}

fn meets(intent: &PaymentIntent, clause: &Clause) -> bool {
    match clause.field.as_str() {
        "status" => intent.status.word() == clause.value,
        "customer" => intent.customer.as_ref() == Some(&clause.value),
        "currency" => intent.currency.code() == clause.value,
        field => {
            let noted = field.strip_prefix("metadata.").and_then(|name| intent.metadata.get(name));
            noted == Some(&clause.value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_clauses_joined_by_and() {
        let found = clauses("status:'succeeded' AND metadata[\"order\"]:\"7\"").unwrap();
        let clause = |field: &str, value: &str| Clause { field: field.to_owned(), value: value.to_owned() };
        assert_eq!(found, [clause("status", "succeeded"), clause("metadata.order", "7")]);
        for broken in ["status", "status:succeeded", "metadata['a':'b'", ""] {
            assert!(clauses(broken).is_err(), "{broken}");
        }
    }
}
