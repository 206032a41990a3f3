//! Lists: newest first, cut into pages by the id of a neighbour.

use serde_json::{Value, json};

use super::{Params, Refusal};

const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: i64 = 100;

/// A stored object.
pub(crate) trait Row {
    /// What people call it in an error: `payment_intent`.
    const KIND: &'static str;

    fn id(&self) -> &str;

    /// Unix seconds.
    fn created(&self) -> i64;

    /// The JSON of the answer, nothing expanded.
    fn render(&self) -> Value;
}

/// Which page of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageWish {
    limit: usize,
    starting_after: Option<String>,
    ending_before: Option<String>,
}

impl PageWish {
    pub(crate) fn read(params: &mut Params) -> Result<Self, Refusal> {
        let limit = match params.integer("limit")? {
            None => LIMIT_DEFAULT,
            Some(limit @ 1..=LIMIT_MAX) => usize::try_from(limit).unwrap_or(LIMIT_DEFAULT),
            Some(limit) if limit > LIMIT_MAX => return Err(too_much(limit)),
            Some(_) => {
                let refusal = Refusal::invalid("This value must be greater than or equal to 1.");
                return Err(refusal.code("parameter_invalid_integer").param("limit"));
            }
        };
        let starting_after = params.text("starting_after")?;
        let ending_before = params.text("ending_before")?;
        if starting_after.is_some() && ending_before.is_some() {
            let message = "You may only specify one of these parameters: starting_after, ending_before.";
            return Err(Refusal::invalid(message));
        }
        Ok(Self { limit, starting_after, ending_before })
    }
}

fn too_much(limit: i64) -> Refusal {
    let message =
        format!("This value must be less than or equal to {LIMIT_MAX} (it currently is '{limit}').");
    Refusal::invalid(message).code("parameter_invalid_integer").param("limit")
}

/// Which times of creation are wanted: `created=T` or `created[gte]=T` and its kin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CreatedRange {
    from: Option<i64>,
    to: Option<i64>,
}

impl CreatedRange {
    pub(crate) fn read(params: &mut Params) -> Result<Self, Refusal> {
        if !params.is_map("created") {
            let exactly = params.integer("created")?;
            return Ok(Self { from: exactly, to: exactly });
        }
        let range = params.nested("created", |range| {
            let above = range.integer("gt")?.map(|time| time.saturating_add(1));
            let below = range.integer("lt")?.map(|time| time.saturating_sub(1));
            Ok(Self { from: range.integer("gte")?.max(above), to: range.integer("lte")?.or(below) })
        })?;
        Ok(range.unwrap_or_default())
    }

    pub(crate) fn holds(self, created: i64) -> bool {
        self.from.is_none_or(|from| created >= from) && self.to.is_none_or(|to| created <= to)
    }
}

/// One page of `rows`, which come newest first.
///
/// # Errors
/// [`Refusal`] when the neighbour that the page is counted from is not in the list.
pub(crate) fn page<'rows, R: Row + 'rows>(
    rows: impl Iterator<Item = &'rows R>,
    wish: &PageWish,
    url: &str,
) -> Result<Value, Refusal> {
    let rows: Vec<&R> = rows.collect();
    let position = |id: &String, param: &str| {
        let found = rows.iter().position(|row| row.id() == id);
        found.ok_or_else(|| Refusal::no_such(R::KIND, id, param))
    };
    let (shown, has_more) = if let Some(id) = &wish.ending_before {
        let newer = &rows[..position(id, "ending_before")?];
        let start = newer.len().saturating_sub(wish.limit);
        (&newer[start..], start > 0)
    } else {
        let start = match &wish.starting_after {
            Some(id) => position(id, "starting_after")? + 1,
            None => 0,
        };
        let end = rows.len().min(start + wish.limit);
        (&rows[start..end], end < rows.len())
    };
    let data = shown.iter().map(|row| row.render()).collect();
    Ok(list_of(data, has_more, url))
}

/// A list object.
pub(crate) fn list_of(data: Vec<Value>, has_more: bool, url: &str) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}

#[cfg(test)]
mod tests {
    use super::super::form::decode;
    use super::*;

    struct Numbered(String, i64);

    impl Row for Numbered {
        const KIND: &'static str = "number";

        fn id(&self) -> &str {
            &self.0
        }

        fn created(&self) -> i64 {
            self.1
        }

        fn render(&self) -> Value {
            json!(self.1)
        }
    }

    fn shown(form: &str) -> Result<(Vec<Value>, bool), Refusal> {
        let rows: Vec<_> = (1..=7).rev().map(|number| Numbered(format!("n_{number}"), number)).collect();
        let wish = PageWish::read(&mut Params::new(decode(form.as_bytes()).unwrap(), false))?;
        let mut list = page(rows.iter(), &wish, "/v1/numbers")?;
        let has_more = list["has_more"] == true;
        let Value::Array(data) = list["data"].take() else { panic!("data is a list") };
        Ok((data, has_more))
    }

    #[test]
    fn pages_follow_each_other_from_the_newest_to_the_oldest() {
        assert_eq!(shown("limit=3").unwrap(), (vec![json!(7), json!(6), json!(5)], true));
        assert_eq!(shown("limit=3&starting_after=n_5").unwrap(), (vec![json!(4), json!(3), json!(2)], true));
        assert_eq!(shown("limit=3&starting_after=n_2").unwrap(), (vec![json!(1)], false));
    }

    #[test]
    fn ending_before_walks_forward_in_time_and_shows_the_nearest() {
        assert_eq!(shown("limit=2&ending_before=n_3").unwrap(), (vec![json!(5), json!(4)], true));
        assert_eq!(shown("limit=9&ending_before=n_5").unwrap(), (vec![json!(7), json!(6)], false));
    }

    #[test]
    fn a_page_that_makes_no_sense_is_refused() {
        for form in
            ["limit=0", "limit=101", "limit=x", "starting_after=n_9", "starting_after=n_1&ending_before=n_2"]
        {
            assert!(shown(form).is_err(), "{form}");
        }
    }
}
