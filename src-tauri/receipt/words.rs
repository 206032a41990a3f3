//! The words of a receipt in each language. A language is a constant with every field, so none can lack a word.

use money::{Money, MoneyFormat};
use settings::Language;

use crate::dto::money::MoneyDto;
use crate::view::read_money;

pub(super) struct Words {
    pub(super) practice: &'static str,
    pub(super) no_real_money: &'static str,
    pub(super) receipt: &'static str,
    pub(super) sale: &'static str,
    pub(super) copy: &'static str,
    pub(super) voided: &'static str,
    pub(super) reversed: &'static str,
    pub(super) open_amount: &'static str,
    pub(super) total: &'static str,
    pub(super) tax_headings: [&'static str; 4],
    pub(super) cash: &'static str,
    pub(super) rounding: &'static str,
    pub(super) tendered: &'static str,
    pub(super) change: &'static str,
    pub(super) card: &'static str,
    pub(super) given_back: &'static str,
    pub(super) bitcoin: &'static str,
    /// A coin is *on* a chain.
    pub(super) on: &'static str,
    pub(super) worth: &'static str,
    pub(super) to: &'static str,
    pub(super) transaction: &'static str,
    pub(super) withdrawn: &'static str,
    pub(super) credit: &'static str,
    pub(super) journal: &'static str,
    /// In the notation of `strftime`.
    pub(super) date_time: &'static str,
    numbers: MoneyFormat,
}

const ENGLISH: Words = Words {
    practice: "PRACTICE",
    no_real_money: "no real money, not a receipt",
    receipt: "Receipt",
    sale: "Sale",
    copy: "COPY",
    voided: "VOIDED",
    reversed: "REVERSED",
    open_amount: "Item",
    total: "TOTAL",
    tax_headings: ["Tax", "Net", "Tax", "Gross"],
    cash: "Cash",
    rounding: "Rounding",
    tendered: "Given",
    change: "Change",
    card: "Card",
    given_back: "Given back",
    bitcoin: "Bitcoin",
    on: "on",
    worth: "Worth",
    to: "To",
    transaction: "Transaction",
    withdrawn: "withdrawn",
    credit: "Your credit",
    journal: "Journal",
    date_time: "%Y-%m-%d %H:%M",
    numbers: MoneyFormat::ENGLISH,
};

const GERMAN: Words = Words {
    practice: "ÜBUNG",
    no_real_money: "kein echtes Geld, kein Beleg",
    receipt: "Beleg",
    sale: "Verkauf",
    copy: "KOPIE",
    voided: "STORNIERT",
    reversed: "RÜCKGÄNGIG",
    open_amount: "Artikel",
    total: "SUMME",
    tax_headings: ["Steuer", "Netto", "Steuer", "Brutto"],
    cash: "Bar",
    rounding: "Rundung",
    tendered: "Gegeben",
    change: "Rückgeld",
    card: "Karte",
    given_back: "Zurückgegeben",
    bitcoin: "Bitcoin",
    on: "auf",
    worth: "Wert",
    to: "An",
    transaction: "Transaktion",
    withdrawn: "zurückgezogen",
    credit: "Ihr Guthaben",
    journal: "Journal",
    date_time: "%d.%m.%Y %H:%M",
    numbers: MoneyFormat::GERMAN,
};

impl Words {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::De => &GERMAN,
        }
    }

    /// The number without its currency.
    pub(super) fn amount(&self, amount: &MoneyDto) -> String {
        read_money(amount).map_or_else(|_| amount.minor.clone(), |money| self.exact(money))
    }

    pub(super) fn exact(&self, amount: Money) -> String {
        amount.format(&self.numbers)
    }

    /// A number that came as text with a point, such as a rate or a percentage.
    pub(super) fn decimal(&self, number: &str) -> String {
        number.replace('.', &self.numbers.decimal_mark.to_string())
    }
}
