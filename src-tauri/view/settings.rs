//! Settings for the screens, and back.

use std::collections::BTreeMap;

use money::{Money, Percent};
use payment::Policy;
use payment::card::CaptureMode;
use settings::{
    EvmChain, EvmToken, Language, Network, PolicyRow, PolicyScope, Problem, Settings, depth, depth_name,
    fixed_rate,
};

use crate::dto::settings::{
    BitcoinDto, CashSettingsDto, EvmChainDto, EvmTokenDto, FixedRateDto, PolicyDto, RatesDto, SettingsDto,
    ShopDto, SpreadDto, StripeDto, TaxSettingsDto,
};

/// The settings as the screens edit them.
#[must_use]
pub fn settings(settings: &Settings) -> SettingsDto {
    let currency = settings.shop.currency;
    SettingsDto {
        revision: settings.revision(),
        shop: ShopDto {
            name: settings.shop.name.clone(),
            currency: currency.code().to_owned(),
            language: settings.shop.language.code().to_owned(),
            receipt_header: settings.shop.receipt_header.clone(),
            receipt_footer: settings.shop.receipt_footer.clone(),
            quote_minutes: settings.shop.quote_minutes,
            tolerance_percent: settings.shop.tolerance.to_string(),
        },
        tax: TaxSettingsDto {
            included: settings.tax.included,
            rates: settings.tax.rates.iter().map(Percent::to_string).collect(),
        },
        cash: CashSettingsDto {
            enabled: settings.cash.enabled,
            smallest_coin: Money::new(settings.cash.smallest_coin_minor, currency).to_decimal_string(),
            notes: settings.cash.notes.iter().map(|note| note.to_decimal_string()).collect(),
        },
        rates: RatesDto {
            sources: settings.rates.sources.clone(),
            fixed: settings.rates.fixed.iter().map(|(pair, rate)| fixed(pair, rate)).collect(),
            spread_percent: settings.rates.spread.to_string(),
            preferred: settings.rates.preferred.clone(),
            spreads: settings.rates.spreads.iter().map(spread).collect(),
            at_par: settings.rates.at_par.clone(),
        },
        policy: settings.policy.iter().map(policy).collect(),
        bitcoin: BitcoinDto {
            enabled: settings.bitcoin.enabled,
            network: settings.bitcoin.network.name().to_owned(),
            account: settings.bitcoin.account.clone().unwrap_or_default(),
            servers: settings.bitcoin.servers.clone(),
        },
        evm: settings.evm.iter().map(evm_chain).collect(),
        stripe: StripeDto {
            enabled: settings.stripe.enabled,
            api_base: settings.stripe.api_base.clone(),
            reader: settings.stripe.reader.clone().unwrap_or_default(),
            capture: settings.stripe.capture.name().to_owned(),
        },
    }
}

fn fixed(pair: &str, rate: &money::Rate) -> FixedRateDto {
    FixedRateDto { pair: pair.to_owned(), price: rate.price().to_string() }
}

fn spread((coin, percent): (&String, &Percent)) -> SpreadDto {
    SpreadDto { coin: coin.clone(), percent: percent.to_string() }
}

fn policy(row: &PolicyRow) -> PolicyDto {
    PolicyDto {
        rail: row.scope.name(),
        up_to: row.policy.up_to.map(Money::to_decimal_string),
        safe: depth_name(row.policy.safe),
        r#final: depth_name(row.policy.r#final),
    }
}

/// What the screens sent, typed; whether it makes sense together is for [`Settings::check`]. A changed unit of
/// account brings its own coins and notes.
///
/// # Errors
/// The first field that can't be read, with its key.
pub fn read(dto: &SettingsDto, current: &Settings) -> Result<Settings, Problem> {
    let mut wanted = with_currency(current, &dto.shop.currency)?;
    let currency_changed = wanted.shop.currency != current.shop.currency;
    read_shop(&dto.shop, &mut wanted)?;
    wanted.tax.included = dto.tax.included;
    wanted.tax.rates =
        dto.tax.rates.iter().map(|rate| percent("tax.rates", rate)).collect::<Result<_, _>>()?;
    wanted.cash.enabled = dto.cash.enabled;
    if !currency_changed {
        read_cash(&dto.cash, &mut wanted)?;
    }
    wanted.rates.spread = percent("rates.spread_percent", &dto.rates.spread_percent)?;
    wanted.rates.sources.clone_from(&dto.rates.sources);
    wanted.rates.fixed = read_fixed(&dto.rates.fixed)?;
    wanted.rates.preferred.clone_from(&dto.rates.preferred);
    wanted.rates.at_par.clone_from(&dto.rates.at_par);
    wanted.rates.spreads = dto.rates.spreads.iter().map(read_spread).collect::<Result<_, _>>()?;
    wanted.policy = dto.policy.iter().map(|row| read_policy(row, &wanted)).collect::<Result<_, _>>()?;
    read_bitcoin(&dto.bitcoin, &mut wanted)?;
    wanted.evm = dto.evm.iter().zip(1..).map(read_evm_chain).collect::<Result<_, _>>()?;
    read_stripe(&dto.stripe, &mut wanted)?;
    Ok(wanted)
}

fn with_currency(current: &Settings, code: &str) -> Result<Settings, Problem> {
    if code == current.shop.currency.code() {
        return Ok(current.clone());
    }
    current.with("shop.currency", code).map_err(|error| Problem::new("shop.currency", error.to_string()))
}

fn read_shop(dto: &ShopDto, wanted: &mut Settings) -> Result<(), Problem> {
    let shop = &mut wanted.shop;
    shop.name.clone_from(&dto.name);
    shop.language = Language::from_code(&dto.language)
        .ok_or_else(|| Problem::new("shop.language", "choose \"en\" or \"de\""))?;
    shop.receipt_header.clone_from(&dto.receipt_header);
    shop.receipt_footer.clone_from(&dto.receipt_footer);
    shop.quote_minutes = dto.quote_minutes;
    shop.tolerance = percent("shop.tolerance_percent", &dto.tolerance_percent)?;
    Ok(())
}

fn read_cash(dto: &CashSettingsDto, wanted: &mut Settings) -> Result<(), Problem> {
    let currency = wanted.shop.currency;
    let amount = |key: &'static str, text: &str| {
        Money::parse_exact(text, currency).map_err(|error| Problem::new(key, error.to_string()))
    };
    wanted.cash.smallest_coin_minor = amount("cash.smallest_coin", &dto.smallest_coin)?.minor();
    wanted.cash.notes = dto.notes.iter().map(|note| amount("cash.notes", note)).collect::<Result<_, _>>()?;
    Ok(())
}

fn read_fixed(rows: &[FixedRateDto]) -> Result<BTreeMap<String, money::Rate>, Problem> {
    rows.iter().map(|row| fixed_rate(&row.pair, &row.price)).collect()
}

fn read_spread(row: &SpreadDto) -> Result<(String, Percent), Problem> {
    let coin = row.coin.trim().to_ascii_uppercase();
    let percent = Percent::parse(&row.percent)
        .map_err(|error| Problem::new(format!("rates.spreads.{coin}"), error.to_string()))?;
    Ok((coin, percent))
}

fn read_policy(dto: &PolicyDto, wanted: &Settings) -> Result<PolicyRow, Problem> {
    let scope = PolicyScope::named(&dto.rail)
        .ok_or_else(|| Problem::new("policy", format!("there is no rail named {:?}", dto.rail)))?;
    let depth = |text: &str| depth(text).map_err(|message| Problem::new("policy", message));
    let amount = |text: &String| {
        Money::parse_exact(text, wanted.shop.currency).map_err(|e| Problem::new("policy", e.to_string()))
    };
    let up_to = dto.up_to.as_ref().map(amount).transpose()?;
    let policy = Policy { up_to, safe: depth(&dto.safe)?, r#final: depth(&dto.r#final)? };
    Ok(PolicyRow { scope, policy })
}

fn read_bitcoin(dto: &BitcoinDto, wanted: &mut Settings) -> Result<(), Problem> {
    let bitcoin = &mut wanted.bitcoin;
    bitcoin.enabled = dto.enabled;
    bitcoin.network = Network::named(&dto.network).ok_or_else(|| {
        Problem::new("rail.bitcoin.network", "choose \"bitcoin\", \"testnet4\", \"signet\" or \"regtest\"")
    })?;
    let account = dto.account.trim();
    bitcoin.account = (!account.is_empty()).then(|| account.to_owned());
    bitcoin.servers = dto.servers.iter().map(|server| server.trim().to_owned()).collect();
    Ok(())
}

fn evm_chain(chain: &EvmChain) -> EvmChainDto {
    let token = |token: &EvmToken| EvmTokenDto {
        symbol: token.symbol.clone(),
        address: token.address.clone(),
        decimals: token.decimals,
    };
    EvmChainDto {
        enabled: chain.enabled,
        name: chain.name.clone(),
        chain_id: chain.chain_id.to_string(),
        account: chain.account.clone().unwrap_or_default(),
        rpc: chain.rpc.clone(),
        native: chain.native.clone(),
        tokens: chain.tokens.iter().map(token).collect(),
    }
}

fn read_evm_chain((dto, number): (&EvmChainDto, u32)) -> Result<EvmChain, Problem> {
    let account = dto.account.trim();
    let token = |token: &EvmTokenDto| EvmToken {
        symbol: token.symbol.trim().to_owned(),
        address: token.address.trim().to_owned(),
        decimals: token.decimals,
    };
    Ok(EvmChain {
        enabled: dto.enabled,
        name: dto.name.trim().to_owned(),
        chain_id: dto.chain_id.trim().parse().map_err(|_| {
            Problem::new(format!("rail.evm.{number}.chain_id"), "write the number of the chain")
        })?,
        account: (!account.is_empty()).then(|| account.to_owned()),
        rpc: dto.rpc.iter().map(|server| server.trim().to_owned()).collect(),
        native: dto.native.trim().to_owned(),
        tokens: dto.tokens.iter().map(token).collect(),
    })
}

fn read_stripe(dto: &StripeDto, wanted: &mut Settings) -> Result<(), Problem> {
    let stripe = &mut wanted.stripe;
    stripe.enabled = dto.enabled;
    dto.api_base.trim().clone_into(&mut stripe.api_base);
    let reader = dto.reader.trim();
    stripe.reader = (!reader.is_empty()).then(|| reader.to_owned());
    let found = CaptureMode::ALL.iter().find(|(_, name)| *name == dto.capture);
    let unknown = || Problem::new("rail.stripe.capture", "choose \"at_once\" or \"later\"");
    stripe.capture = found.map(|(mode, _)| *mode).ok_or_else(unknown)?;
    Ok(())
}

fn percent(key: &'static str, text: &str) -> Result<Percent, Problem> {
    Percent::parse(text).map_err(|error| Problem::new(key, error.to_string()))
}
