//! Stripe's objects, one kind a file: what it is, how it is shown, what can be done with it.

pub(crate) mod balance;
pub(crate) mod cards;
pub(crate) mod catalog;
pub(crate) mod charge;
pub(crate) mod checkout_session;
pub(crate) mod customer;
mod direct_charge;
pub(crate) mod dispute;
pub(crate) mod event;
mod fees;
pub(crate) mod invoice;
pub(crate) mod line;
pub(crate) mod payment_intent;
pub(crate) mod payment_link;
pub(crate) mod payment_method;
pub(crate) mod payout;
pub(crate) mod refund;
pub(crate) mod setup_intent;
mod shop;
pub(crate) mod terminal;
pub(crate) mod webhook_endpoint;

use crate::route::Route;

/// Every address, by the resource it is of.
pub(crate) const ROUTES: &[&[Route]] = &[
    balance::ROUTES,
    catalog::ROUTES,
    charge::ROUTES,
    checkout_session::ROUTES,
    customer::ROUTES,
    direct_charge::ROUTES,
    dispute::ROUTES,
    event::ROUTES,
    invoice::ROUTES,
    payment_intent::ROUTES,
    payment_link::ROUTES,
    payment_method::ROUTES,
    payout::ROUTES,
    refund::ROUTES,
    setup_intent::ROUTES,
    shop::ROUTES,
    terminal::ACTIONS,
    terminal::HAND,
    terminal::LOCATIONS,
    terminal::READERS,
    webhook_endpoint::ROUTES,
];
