//! What the chain and the projections would let through: rows that fit their hashes and events, and do not add up.

use super::*;

/// Two settled micropayments of a payer, one that is still owed, and nothing else of the books.
const BOOKS: &str = "
    insert into event values
      (1, 'parcel', zeroblob(16), 1, 'taken', 1, '', 'cli', 1000, zeroblob(32)),
      (2, 'parcel', zeroblob(16), 2, 'taken', 1, '', 'cli', 2000, zeroblob(32));
    insert into micropayment
      with ticket (number, event_id, minor, previous) as (values (1, 1, 10, null), (2, 1, 20, 1), (3, 2, 30, 2))
      select number, event_id, 'ticket', zeroblob(16), minor, 'EUR', 2, 'card', 'stripe', 1, null, 0, 'anna',
        null, null, previous, zeroblob(32) from ticket;
    insert into settlement values (1, x'01a0c4506c0077078707070707070707', 2, 'anna', 'stripe', 'card', 'EUR', 2,
      30, 2, 2, 1, 'asking', null, 'no answer', null, null, 1500);
    insert into tab values ('anna', 'stripe', 'card', 'EUR', 2, 30, 1, 3, 2000,
      x'01a0c4506c0077078707070707070707');
    insert into balance values ('payer-tabs', 'EUR', 2, 60, 2);
    drop trigger micropayment_is_never_changed";
const SETTLEMENT: &str = "set_01a0c4506c0077078707070707070707";

/// What the check says after a statement.
fn said_after(statement: &str) -> Option<String> {
    let connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(include_str!("../../../../../migrations/schema.sql")).unwrap();
    connection.execute_batch(BOOKS).unwrap();
    connection.execute_batch(statement).unwrap();
    check_tabs(&connection).err().map(|fault| fault.to_string())
}

#[test]
fn tabs_that_add_up_are_let_through() {
    assert_eq!(said_after(""), None);
    let charged = "update settlement set state = 'charged'; update tab set settlement_id = null; \
                   update balance set minor = 30";
    assert_eq!(said_after(charged), None);
}

#[test]
fn a_link_that_skips_or_strays_is_found() {
    for (change, named) in [
        ("previous_on_tab = null where micropayment_id = 3", "micropayment 3: its link"),
        ("previous_on_tab = 1 where micropayment_id = 3", "micropayment 3: its link"),
        ("method = 'sepa' where micropayment_id = 3", "tab 2: a payer's tab"),
        ("method = 'sepa' where micropayment_id = 2", "micropayment 3: its link"),
    ] {
        let said = said_after(&format!("update micropayment set {change}")).unwrap();
        assert!(said.starts_with(named), "{change}: {said}");
    }
}

#[test]
fn a_settlement_takes_what_gathered_since_the_one_before() {
    for change in ["last_micropayment = 1", "amount_minor = 31", "parts = 1", "scale = 3", "payer = 'aaron'"]
    {
        let said = said_after(&format!("update settlement set {change}")).unwrap();
        assert!(said.starts_with(&format!("{SETTLEMENT}: its bill")), "{change}: {said}");
    }
    let of_nobody = said_after("update settlement set payer = 'zoe'").unwrap();
    assert!(of_nobody.starts_with("tab 3: a payer's tab"), "nothing was taken off it: {of_nobody}");
}

#[test]
fn two_settlements_of_a_tab_are_never_open_together() {
    let second = "insert into settlement values (2, x'01a0c4506c0077078707070707070708', 2, 'anna', 'stripe', 'card', \
                  'EUR', 2, 30, 1, 3, 1, 'charging', null, null, null, null, 2500)";
    let said = said_after(second).unwrap();
    assert!(said.starts_with("set_01a0c4506c0077078707070707070708: the settlement before it"), "{said}");
}

#[test]
fn what_is_owed_is_the_balance_of_the_payers_tabs() {
    for (change, said) in [
        (
            "update balance set minor = 59",
            "payer-tabs in EUR: it is stored as 59, what payers owe adds to 60",
        ),
        ("delete from balance", "payer-tabs in EUR: it is stored as 0, what payers owe adds to 60"),
        (
            "insert into balance values ('payer-tabs', 'USD', 2, 1, 2)",
            "payer-tabs in USD: it is stored as 1, what payers owe adds to 0",
        ),
    ] {
        assert_eq!(said_after(change), Some(format!("balance of {said}")));
    }
}
