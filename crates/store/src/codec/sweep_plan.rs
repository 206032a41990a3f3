//! The plan of a sweep, as its first event has it.

use money::Currency;
use payment::QuotedRate;
use payment::sweep::{Action, Coin, EvmAddress, GasPrice, Step, StepGas, SweepPlan, SweepSender};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::id_text;
use super::sweep::{PriceShape, units};
use super::terms::QuotedRateShape;

/// A plan.
pub(super) mod plan_shape {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(plan: &SweepPlan, to: S) -> Result<S::Ok, S::Error> {
        PlanShape::serialize(plan, to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SweepPlan, D::Error> {
        PlanShape::deserialize(from)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SweepPlan", deny_unknown_fields)]
struct PlanShape {
    chain_id: u64,
    #[serde(with = "coin_shape")]
    native: Coin,
    #[serde(with = "id_text")]
    owner: EvmAddress,
    #[serde(with = "PriceShape")]
    price: GasPrice,
    #[serde(with = "QuotedRateShape")]
    rate: QuotedRate,
    #[serde(with = "step_list")]
    steps: Vec<Step>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Step", deny_unknown_fields)]
struct StepShape {
    #[serde(with = "SenderShape")]
    sender: SweepSender,
    #[serde(with = "id_text")]
    from: EvmAddress,
    number: u64,
    #[serde(with = "ActionShape")]
    action: Action,
    #[serde(with = "GasShape")]
    gas: StepGas,
    after: Option<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SweepSender", rename_all = "snake_case", deny_unknown_fields)]
enum SenderShape {
    Fees,
    Source(u32),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Action", rename_all = "snake_case", deny_unknown_fields)]
enum ActionShape {
    TopUp {
        #[serde(with = "id_text")]
        to: EvmAddress,
        #[serde(with = "units")]
        units: u128,
    },
    SendNative {
        #[serde(with = "units")]
        units: u128,
    },
    SendToken {
        #[serde(with = "coin_shape")]
        coin: Coin,
        #[serde(with = "units")]
        units: u128,
    },
    SendAuthorized {
        index: u32,
        #[serde(with = "id_text")]
        holder: EvmAddress,
        #[serde(with = "coin_shape")]
        coin: Coin,
        #[serde(with = "units")]
        units: u128,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "StepGas", deny_unknown_fields)]
struct GasShape {
    limit: u64,
    #[serde(with = "units")]
    data_fee: u128,
}

/// `{"currency":"USDC.8453","scale":6,"decimals":6,"contract":"0x…"}`
mod coin_shape {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct CoinShape {
        currency: String,
        scale: u8,
        decimals: u8,
        contract: Option<String>,
    }

    pub(super) fn serialize<S: Serializer>(coin: &Coin, to: S) -> Result<S::Ok, S::Error> {
        let Coin { currency, decimals, contract } = coin;
        let shape = CoinShape {
            currency: currency.code().to_owned(),
            scale: currency.scale(),
            decimals: *decimals,
            contract: contract.as_ref().map(ToString::to_string),
        };
        shape.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Coin, D::Error> {
        let shape = CoinShape::deserialize(from)?;
        let currency = Currency::parts(&shape.currency, shape.scale).map_err(D::Error::custom)?;
        let contract = shape.contract.map(|text| text.parse()).transpose().map_err(D::Error::custom)?;
        Ok(Coin { currency, decimals: shape.decimals, contract })
    }
}

/// Steps in order.
mod step_list {
    use super::*;

    #[derive(Serialize)]
    struct Borrowed<'a>(#[serde(with = "StepShape")] &'a Step);

    #[derive(Deserialize)]
    struct Owned(#[serde(with = "StepShape")] Step);

    pub(super) fn serialize<S: Serializer>(steps: &[Step], to: S) -> Result<S::Ok, S::Error> {
        steps.iter().map(Borrowed).collect::<Vec<_>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Step>, D::Error> {
        Ok(Vec::<Owned>::deserialize(from)?.into_iter().map(|Owned(step)| step).collect())
    }
}
