//! The chart of accounts. Names and numbers are stored and shown to owners: they only ever gain rows.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What an account is, and so which sign its balance naturally has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// What the shop has. Natural balance: debit.
    Asset,
    /// What the shop owes. Natural balance: credit.
    Liability,
    /// What the shop earned. Natural balance: credit.
    Income,
    /// What it cost. Natural balance: debit.
    Expense,
    /// Passes value through: open invoices, conversions, memo accounts of pending money. Natural balance: debit.
    Clearing,
}

impl AccountKind {
    /// True when a debit balance is the usual one, so that it is shown without a minus.
    #[must_use]
    pub const fn is_debit_natured(self) -> bool {
        matches!(self, Self::Asset | Self::Expense | Self::Clearing)
    }

    /// The word stored and sent to screens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Liability => "liability",
            Self::Income => "income",
            Self::Expense => "expense",
            Self::Clearing => "clearing",
        }
    }
}

macro_rules! chart {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal, $kind:ident;)+) => {
        /// An account of the shop's chart. The currency of a posting tells coins apart, so one account holds many.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Account {
            $($(#[$doc])* $variant,)+
        }

        impl Account {
            /// The whole chart in the order of its numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Number in the chart.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// Stable name, as stored and as used on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What kind of account it is.
            #[must_use]
            pub const fn kind(self) -> AccountKind {
                match self { $(Self::$variant => AccountKind::$kind,)+ }
            }
        }
    };
}

chart! {
    /// Notes and coins in the drawer.
    CashDrawer = 1000, "cash-drawer", Asset;
    /// Bitcoin received and safe by the shop's policy.
    BitcoinWallet = 1100, "bitcoin-wallet", Asset;
    /// Bitcoin seen but not safe yet.
    BitcoinPending = 1110, "bitcoin-pending", Asset;
    /// Coins and tokens of EVM chains, received and safe by the shop's policy, at the addresses they came to.
    EvmWallet = 1120, "evm-wallet", Asset;
    /// Coins and tokens of EVM chains, seen but not safe yet.
    EvmPending = 1130, "evm-pending", Asset;
    /// Coins and tokens of EVM chains in the owner's own wallet, and on the address that pays network fees.
    EvmVault = 1140, "evm-vault", Asset;
    /// Card money captured and on its way through the processor.
    CardClearing = 1200, "card-clearing", Asset;
    /// Card money that is held for the shop or still on its way from the customer's bank: not captured.
    CardPending = 1205, "card-pending", Asset;
    /// What payers owe for micropayments until their tabs are settled.
    PayerTabs = 1210, "payer-tabs", Asset;
    /// The shop's bank account, as far as processors pay into it.
    Bank = 1300, "bank", Asset;
    /// Counterpart of pending money: shows that it is not the shop's yet.
    PendingReceipts = 1900, "pending-receipts", Clearing;
    /// What came in for invoices that are not settled yet.
    InvoiceClearing = 1910, "invoice-clearing", Clearing;
    /// Bridge between two currencies: one side gives, the other takes, at the rate noted on the entry.
    Conversion = 1920, "conversion", Clearing;
    /// Coin of micropayments that is worth less than the unit of account has digits: converted with the next.
    Unconverted = 1930, "unconverted", Clearing;
    /// Tax collected and owed.
    TaxPayable = 2000, "tax-payable", Liability;
    /// Money owed to customers: overpaid, cancelled after paying, credited by hand.
    CustomerCredit = 2100, "customer-credit", Liability;
    /// Money that came without a sale that may take it.
    StrayPayments = 2200, "stray-payments", Liability;
    /// Tips, owed to the staff.
    Tips = 2300, "tips", Liability;
    /// Sales without tax.
    Sales = 4000, "sales", Income;
    /// Sales without tax that were given back.
    SalesReturns = 4100, "sales-returns", Income;
    /// Fees of processors and networks.
    Fees = 5000, "fees", Expense;
    /// Realised differences of exchange.
    ExchangeDifference = 5100, "exchange-difference", Expense;
    /// Cash rounded to the smallest coin, and cents lost when a coin's value is split.
    Rounding = 5200, "rounding", Expense;
    /// Underpayments the shop accepted within its tolerance.
    ShortPayments = 5300, "short-payments", Expense;
    /// Card payments that customers' banks took back, while or because the dispute is not won.
    Disputes = 5400, "disputes", Expense;
}

/// A name that is not in the chart.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("no account is named {0:?}; `tillstream ledger balances` lists the accounts")]
pub struct UnknownAccount(pub String);

impl FromStr for Account {
    type Err = UnknownAccount;

    fn from_str(name: &str) -> Result<Self, UnknownAccount> {
        Self::ALL.iter().copied().find(|a| a.name() == name).ok_or_else(|| UnknownAccount(name.to_owned()))
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_is_found_by_its_name_and_numbers_ascend() {
        for account in Account::ALL {
            assert_eq!(account.name().parse::<Account>(), Ok(*account));
        }
        assert!(Account::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
    }

    #[test]
    fn an_unknown_name_says_where_the_names_are() {
        let refusal = "petty-cash".parse::<Account>().unwrap_err();
        assert!(refusal.to_string().contains("ledger balances"));
    }
}
