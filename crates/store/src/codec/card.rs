//! What a card payment began with, and what a processor told of it.

use money::Money;
use payment::card::{
    CaptureMode, CardCharge, CardEnd, CardLevel, CardReading, CardTerms, CardWay, DisputeReading,
    DisputeStatus, RefundReading, RefundStatus, Withdrawal,
};
use payment::sale::{CardEvent, CardWish, RailFailure};
use payment::{RailId, RefundId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::{any_rail_name, id_text, millis, money_or_null, money_shape, name_modules};
use super::terms::FailureShape;

/// The stored name of an event.
pub(super) const fn card_kind(event: &CardEvent) -> &'static str {
    match event {
        CardEvent::Started { .. } => "card_started",
        CardEvent::Read { .. } => "card_read",
        CardEvent::Doubted { .. } => "card_doubted",
        CardEvent::NeverArrived => "card_never_arrived",
        CardEvent::Failed { .. } => "card_failed",
        CardEvent::Wished { .. } => "card_wished",
        CardEvent::RefundAsked { .. } => "refund_asked",
        CardEvent::RefundAtReader { .. } => "refund_at_reader",
        CardEvent::RefundCalledOff { .. } => "refund_called_off",
        CardEvent::RefundDoubted { .. } => "refund_doubted",
        CardEvent::RefundNeverArrived { .. } => "refund_never_arrived",
        CardEvent::RefundRefused { .. } => "refund_refused",
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardEvent", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "it has the shape of the event")]
pub(super) enum CardEventShape {
    Started {
        #[serde(with = "CardTermsShape")]
        terms: CardTerms,
    },
    Read {
        #[serde(with = "ReadingShape")]
        reading: CardReading,
    },
    Doubted {
        reason: String,
    },
    NeverArrived,
    Failed {
        #[serde(with = "FailureShape")]
        failure: RailFailure,
    },
    Wished {
        #[serde(with = "WishShape")]
        wish: CardWish,
    },
    RefundAsked {
        #[serde(with = "id_text")]
        refund: RefundId,
        #[serde(with = "money_shape")]
        amount: Money,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reader: Option<String>,
    },
    RefundAtReader {
        #[serde(with = "id_text")]
        refund: RefundId,
    },
    RefundCalledOff {
        #[serde(with = "id_text")]
        refund: RefundId,
    },
    RefundDoubted {
        #[serde(with = "id_text")]
        refund: RefundId,
        reason: String,
    },
    RefundNeverArrived {
        #[serde(with = "id_text")]
        refund: RefundId,
    },
    RefundRefused {
        #[serde(with = "id_text")]
        refund: RefundId,
        #[serde(with = "FailureShape")]
        failure: RailFailure,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardTerms", deny_unknown_fields)]
struct CardTermsShape {
    #[serde(with = "any_rail_name")]
    rail: RailId,
    #[serde(with = "money_shape")]
    amount: Money,
    #[serde(with = "WayShape")]
    way: CardWay,
    #[serde(with = "capture_name")]
    capture: CaptureMode,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardWay", rename_all = "snake_case")]
enum WayShape {
    Reader(String),
    Phone,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardWish", rename_all = "snake_case")]
enum WishShape {
    Cancel,
    Capture(#[serde(with = "money_shape")] Money),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardReading", deny_unknown_fields)]
struct ReadingShape {
    number: u64,
    reference: String,
    #[serde(with = "LevelShape")]
    level: CardLevel,
    declined: Option<String>,
    #[serde(with = "optional_charge")]
    charge: Option<CardCharge>,
    #[serde(with = "refund_list")]
    refunds: Vec<RefundReading>,
    #[serde(with = "dispute_list")]
    disputes: Vec<DisputeReading>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardLevel", rename_all = "snake_case", deny_unknown_fields)]
enum LevelShape {
    Waiting {
        link: Option<String>,
    },
    Processing {
        #[serde(with = "money_shape")]
        amount: Money,
    },
    Authorized {
        #[serde(with = "money_shape")]
        amount: Money,
        #[serde(with = "millis_or_null")]
        until: Option<Timestamp>,
    },
    Captured {
        #[serde(with = "money_shape")]
        amount: Money,
    },
    Ended(#[serde(with = "EndShape")] CardEnd),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardEnd", rename_all = "snake_case")]
enum EndShape {
    Declined(String),
    Cancelled,
    Expired,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CardCharge", deny_unknown_fields)]
struct ChargeShape {
    reference: String,
    brand: String,
    last4: Option<String>,
    wallet: Option<String>,
    receipt: Vec<(String, String)>,
    // Nearly no card must be: what was stored before there were such cards reads as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    must_be_presented: bool,
    #[serde(with = "money_or_null")]
    fee: Option<Money>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RefundReading", deny_unknown_fields)]
struct RefundShape {
    reference: String,
    #[serde(with = "refund_or_null")]
    asked: Option<RefundId>,
    #[serde(with = "money_shape")]
    amount: Money,
    #[serde(with = "refund_status")]
    status: RefundStatus,
    failure: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DisputeReading", deny_unknown_fields)]
struct DisputeShape {
    reference: String,
    #[serde(with = "money_shape")]
    amount: Money,
    #[serde(with = "dispute_status")]
    status: DisputeStatus,
    reason: String,
    #[serde(with = "millis_or_null")]
    due_by: Option<Timestamp>,
    #[serde(with = "optional_withdrawal")]
    withdrawn: Option<Withdrawal>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Withdrawal", deny_unknown_fields)]
struct WithdrawalShape {
    #[serde(with = "money_shape")]
    amount: Money,
    #[serde(with = "money_shape")]
    fee: Money,
}

name_modules! {
    capture_name: CaptureMode;
    refund_status: RefundStatus;
    dispute_status: DisputeStatus;
}

/// A module for one of a shape, or none.
macro_rules! optional_modules {
    ($($module:ident: $kind:ty, $shape:literal;)+) => {$(
        mod $module {
            use super::*;

            #[derive(Serialize)]
            struct Borrowed<'a>(#[serde(with = $shape)] &'a $kind);

            #[derive(Deserialize)]
            struct Owned(#[serde(with = $shape)] $kind);

            pub(super) fn serialize<S: Serializer>(one: &Option<$kind>, to: S) -> Result<S::Ok, S::Error> {
                one.as_ref().map(Borrowed).serialize(to)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<$kind>, D::Error> {
                Ok(Option::<Owned>::deserialize(from)?.map(|Owned(one)| one))
            }
        }
    )+};
}

optional_modules! {
    optional_charge: CardCharge, "ChargeShape";
    optional_withdrawal: Withdrawal, "WithdrawalShape";
    millis_or_null: Timestamp, "millis";
    refund_or_null: RefundId, "id_text";
}

/// A module for several of a shape.
macro_rules! list_modules {
    ($($module:ident: $kind:ty, $shape:literal;)+) => {$(
        mod $module {
            use super::*;

            #[derive(Serialize)]
            struct Borrowed<'a>(#[serde(with = $shape)] &'a $kind);

            #[derive(Deserialize)]
            struct Owned(#[serde(with = $shape)] $kind);

            pub(super) fn serialize<S: Serializer>(all: &[$kind], to: S) -> Result<S::Ok, S::Error> {
                to.collect_seq(all.iter().map(Borrowed))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<$kind>, D::Error> {
                Ok(Vec::<Owned>::deserialize(from)?.into_iter().map(|Owned(one)| one).collect())
            }
        }
    )+};
}

list_modules! {
    refund_list: RefundReading, "RefundShape";
    dispute_list: DisputeReading, "DisputeShape";
}
