//! Receipts as they are printed, whole.

use money::{Currency, Money, Percent};
use payment::{Cart, CartLine};

use super::*;
use crate::dto::card::{CardDto, CardStepDto, CardWayDto, RefundDto, RefundStateDto};
use crate::dto::money::{QrDto, RateDto};
use crate::dto::sale::{
    CartTotalsDto, CashDto, CodeDto, DepthDto, HandOverDto, MayDto, PaymentDto, TransferDto,
    TransferStatusDto,
};
use crate::dto::timeline::FactDto;
use crate::view::money;

const HEAD: &str = "1f8b0c4e5d6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e";

fn eur(minor: i64) -> MoneyDto {
    money(Money::new(minor, Currency::iso("EUR").unwrap()))
}

fn btc(sat: i64) -> MoneyDto {
    money(Money::new(sat, Currency::BTC))
}

fn item(description: &str, quantity: u16, minor: i64, tax: &str) -> CartLine {
    CartLine {
        description: description.into(),
        quantity,
        unit_price: Money::new(minor, Currency::iso("EUR").unwrap()),
        tax: Percent::parse(tax).unwrap(),
        note: String::new(),
    }
}

/// Sums come from the core, so that a receipt in these tests adds up as a real one does.
fn sale(lines: Vec<CartLine>, payments: Vec<PaymentDto>) -> SaleDto {
    let cart = Cart { lines, tax_included: true, note: String::new() };
    let sums = cart.totals(Currency::iso("EUR").unwrap()).unwrap();
    let dto = |line: &CartLine| CartLineDto {
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price: money(line.unit_price),
        tax_percent: line.tax.to_string(),
        note: line.note.clone(),
    };
    let taxes = sums.taxes.iter();
    let taxes = taxes.map(|t| TaxDto { percent: t.rate.to_string(), net: money(t.net), tax: money(t.tax) });
    let lines_dto = cart.lines.iter().map(dto).collect();
    SaleDto {
        invoice: "inv_0192f0c1a2b37c4d8e5f60718293a4b5".into(),
        version: 3,
        number: 147,
        opened_at: "2026-11-21T09:14:30Z".into(),
        note: String::new(),
        lines: lines_dto,
        totals: CartTotalsDto {
            lines: sums.lines.iter().copied().map(money).collect(),
            net: money(sums.net),
            taxes: taxes.collect(),
            total: money(sums.total),
            tax_included: true,
        },
        state: StateDto::Paid,
        late: false,
        over: false,
        safe: true,
        r#final: true,
        hand_over: HandOverDto::Yes,
        due: money(sums.total),
        received: money(sums.total),
        pending: eur(0),
        remaining: eur(0),
        excess: eur(0),
        payments,
        receipt_number: Some(12),
        may: MayDto { pay: false, cancel: false, cancel_although_seen: false, void: true, receipt: true },
    }
}

fn payment(method: &str, amount: MoneyDto) -> PaymentDto {
    PaymentDto {
        payment: "pay_0192f0c1a2b37c4d8e5f60718293a4b6".into(),
        method: method.into(),
        started_at: "2026-11-21T09:14:40Z".into(),
        state: StateDto::Paid,
        confirmations: 0,
        safe_at: DepthDto::AT_ONCE,
        final_at: DepthDto::AT_ONCE,
        amount: amount.clone(),
        received: amount,
        cancelled: false,
        problem: String::new(),
        cash: None,
        code: None,
        card: None,
        transfers: Vec::new(),
    }
}

fn cash(to_pay: i64, tendered: i64, rounding: i64) -> PaymentDto {
    let cash = CashDto {
        to_pay: eur(to_pay),
        tendered: eur(tendered),
        change: eur(tendered - to_pay),
        rounding: eur(rounding),
    };
    PaymentDto { cash: Some(cash), ..payment("cash", eur(to_pay - rounding)) }
}

fn transfer(sat: i64, status: TransferStatusDto) -> TransferDto {
    TransferDto {
        reference: "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b:1".into(),
        amount: btc(sat),
        status,
        confirmations: 1,
        block_height: Some(101),
        seen_at: "2026-11-21T09:15:00Z".into(),
        safe: true,
        r#final: false,
        late: false,
    }
}

fn bitcoin(received: i64, transfers: Vec<TransferDto>) -> PaymentDto {
    let code = CodeDto {
        address: "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk".into(),
        plain_qr: QrDto { size: 0, path: String::new() },
        network: "regtest".into(),
        chain_id: None,
        uri: String::new(),
        qr: QrDto { size: 0, path: String::new() },
        quoted: btc(7_759),
        remaining: btc(0),
        rate: RateDto {
            price: "58000.00".into(),
            base: "BTC".into(),
            quote: "EUR".into(),
            applied: "57710".into(),
            spread_percent: "0.5".into(),
            source: "fixed".into(),
            as_of: "2026-11-21T09:14:40Z".into(),
            answers: Vec::new(),
        },
        life_ms: 900_000,
        remaining_ms: 0,
        match_code: "K7 42".into(),
        policy_up_to: None,
        needs_second_server: false,
    };
    PaymentDto { code: Some(code), transfers, ..payment("bitcoin", eur(received)) }
}

fn live() -> Settings {
    let mut settings = Settings::defaults(Mode::Live);
    settings.shop.name = "Corner Café".into();
    settings.shop.receipt_header = "Market Street 1\nVAT GB 123 4567 89".into();
    settings.shop.receipt_footer = "Thank you!".into();
    settings
}

fn printed(settings: &Settings, sale: &SaleDto, copy: u32) -> String {
    let facts = Facts { settings, sale, number: 12, copy, head: HEAD.into() };
    print_in(&facts, &TimeZone::fixed(jiff::tz::offset(1)))
}

#[test]
fn a_cash_sale_is_printed_with_its_tax_table_and_change() {
    let lines =
        vec![item("Flat white", 2, 450, "20"), item("Bread roll", 1, 120, "10"), item("", 1, 99, "20")];
    insta::assert_snapshot!(printed(&live(), &sale(lines, vec![cash(1_119, 2_000, 0)]), 0), @r"
                   Corner Café
                 Market Street 1
                VAT GB 123 4567 89
    ------------------------------------------
    Receipt 000012                   Sale 0147
    2026-11-21 10:14
    ------------------------------------------
    Flat white                          9.00 A
      2 x 4.50
    Bread roll                          1.20 B
    Item                                0.99 A
    ==========================================
    TOTAL                            EUR 11.19
    ==========================================
    Tax              Net        Tax      Gross
    A 20 %          8.32       1.67       9.99
    B 10 %          1.09       0.11       1.20
    ------------------------------------------
    Cash                                 11.19
    Given                                20.00
    Change                                8.81
    ------------------------------------------
                    Thank you!
             Journal 1f8b0c4e5d6a7b8c
    ");
}

#[test]
fn a_bitcoin_sale_is_printed_with_rate_address_and_transaction() {
    let came = vec![transfer(7_759, TransferStatusDto::Confirmed)];
    let sale = sale(vec![item("Flat white", 1, 450, "20")], vec![bitcoin(450, came)]);
    insta::assert_snapshot!(printed(&live(), &sale, 0), @r"
                   Corner Café
                 Market Street 1
                VAT GB 123 4567 89
    ------------------------------------------
    Receipt 000012                   Sale 0147
    2026-11-21 10:14
    ------------------------------------------
    Flat white                          4.50 A
    ==========================================
    TOTAL                             EUR 4.50
    ==========================================
    Tax              Net        Tax      Gross
    A 20 %          3.75       0.75       4.50
    ------------------------------------------
    Bitcoin                     0.00007759 BTC
    Worth                                 4.50
      1 BTC = 57,710.00 EUR (fixed)
      To bcrt1q6r…9pz3cppk
      Transaction 4a5e1e4b…fdeda33b:1
    ------------------------------------------
                    Thank you!
             Journal 1f8b0c4e5d6a7b8c
    ");
}

#[test]
fn a_stablecoin_is_printed_with_its_chain_and_by_what_people_call_it() {
    let mut payment = bitcoin(450, vec![transfer(0, TransferStatusDto::Confirmed)]);
    payment.transfers[0].reference =
        "8453:0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060:0".into();
    payment.transfers[0].amount = money(Money::new(5_000_000, Currency::on_chain("USDC", 8_453, 6).unwrap()));
    let code = payment.code.as_mut().unwrap();
    (code.network, code.chain_id) = ("Base".into(), Some("8453".into()));
    code.address = "0x9858EfFD232B4033E47d90003D41EC34EcaEda94".into();
    (code.rate.base, code.rate.applied) = ("USDC".into(), "0.90".into());
    let sale = sale(vec![item("Flat white", 1, 450, "20")], vec![payment]);
    insta::assert_snapshot!(printed(&live(), &sale, 0).lines().skip(14).take(5).collect::<Vec<_>>().join("\n"), @r"
    USDC on Base                 5.000000 USDC
    Worth                                 4.50
      1 USDC = 0.90 EUR (fixed)
      To 0x9858Ef…EcaEda94
      Transaction 8453:0x5c504e…a1b22060:0
    ");
}

/// 12.00 by a card at the reader, of which 2.00 went back and another refund failed.
fn card() -> PaymentDto {
    let fact = |name: &str, value: &str| FactDto { name: name.into(), value: value.into() };
    let refund = |minor, state| RefundDto {
        refund: String::new(),
        amount: eur(minor),
        reason: "too cold".into(),
        reader: String::new(),
        may_cancel: false,
        cancelling: false,
        state,
        problem: String::new(),
    };
    let card = CardDto {
        way: CardWayDto::Reader,
        reader: "tmr_1".into(),
        reader_label: "Counter".into(),
        captures_later: false,
        step: CardStepDto::Taken,
        reader_step: None,
        reference: "pi_1".into(),
        page: None,
        brand: "visa".into(),
        last4: "4242".into(),
        wallet: "apple_pay".into(),
        declined: String::new(),
        held: None,
        held_until: String::new(),
        cancelling: false,
        capturing: false,
        may_cancel: false,
        must_be_presented: false,
        refundable: eur(1_000),
        refunds: vec![refund(200, RefundStateDto::Succeeded), refund(300, RefundStateDto::Failed)],
        disputes: Vec::new(),
        receipt: vec![
            fact("application_preferred_name", "Visa Credit"),
            fact("dedicated_file_name", "A0000000031010"),
            fact("authorization_code", "123456"),
            fact("application_cryptogram", "82A32B60E8C1F7B2"),
            fact("terminal_verification_results", "0000008000"),
            fact("transaction_status_information", "0000"),
        ],
    };
    PaymentDto { card: Some(card), ..payment("card", eur(1_200)) }
}

#[test]
fn a_card_is_printed_with_what_its_network_requires_and_what_went_back() {
    let sale = sale(vec![item("Flat white", 1, 1_200, "20")], vec![card()]);
    let text = printed(&live(), &sale, 0);
    let (_, tender) = text.split_once("2.00      12.00\n").expect("the tax table");
    insta::assert_snapshot!(tender, @r"
    ------------------------------------------
    Card                                 12.00
      Visa **** 4242 (Apple pay)
      Visa Credit
      AID A0000000031010
      Auth code 123456
      ARQC 82A32B60E8C1F7B2
      TVR 0000008000
      TSI 0000
    Given back                           -2.00
      Visa **** 4242 (Apple pay)
    ------------------------------------------
                    Thank you!
             Journal 1f8b0c4e5d6a7b8c
    ");
}

#[test]
fn a_card_that_brought_nothing_is_not_printed() {
    let mut declined = card();
    if let Some(card) = &mut declined.card {
        card.step = CardStepDto::Over;
    }
    let sale = sale(vec![item("Tea", 1, 300, "0")], vec![declined, cash(300, 300, 0)]);
    let text = printed(&live(), &sale, 0);
    assert!(text.contains("Cash") && !text.contains("Card") && !text.contains("4242"), "{text}");
}

#[test]
fn practice_is_marked_at_the_top_and_the_bottom_in_german_too() {
    let mut settings = Settings::defaults(Mode::Practice);
    settings.shop.language = settings::Language::De;
    let sale = sale(vec![item("Großer Brauner", 3, 123_456, "7.5")], vec![cash(370_370, 400_000, 2)]);
    insta::assert_snapshot!(printed(&settings, &sale, 1), @r"
    ***************** ÜBUNG *****************
           kein echtes Geld, kein Beleg
                   Corner Café
    ------------------------------------------
    Beleg 000012                  Verkauf 0147
    21.11.2026 10:14
    **************** KOPIE 1 ****************
    ------------------------------------------
    Großer Brauner                  3.703,68 A
      3 x 1.234,56
    ==========================================
    SUMME                         EUR 3.703,68
    ==========================================
    Steuer         Netto     Steuer     Brutto
    A 7,5 %     3.445,28     258,40   3.703,68
    ------------------------------------------
    Rundung                               0,02
    Bar                               3.703,70
    Gegeben                           4.000,00
    Rückgeld                            296,30
    ------------------------------------------
             Journal 1f8b0c4e5d6a7b8c
    ***************** ÜBUNG *****************
           kein echtes Geld, kein Beleg
    ");
}

#[test]
fn a_voided_sale_and_its_copy_say_so() {
    let mut sale = sale(vec![item("Tea", 1, 300, "0")], vec![cash(300, 300, 0)]);
    sale.state = StateDto::Voided;
    insta::assert_snapshot!(printed(&live(), &sale, 2), @r"
                   Corner Café
                 Market Street 1
                VAT GB 123 4567 89
    ------------------------------------------
    Receipt 000012                   Sale 0147
    2026-11-21 10:14
    ***************** COPY 2 *****************
    ***************** VOIDED *****************
    ------------------------------------------
    Tea                                   3.00
    ==========================================
    TOTAL                             EUR 3.00
    ==========================================
    Cash                                  3.00
    Given                                 3.00
    Change                                0.00
    ------------------------------------------
                    Thank you!
             Journal 1f8b0c4e5d6a7b8c
    ");
}

#[test]
fn a_reversed_sale_shows_the_money_that_is_gone() {
    let gone = vec![transfer(7_759, TransferStatusDto::Withdrawn)];
    let mut sale = sale(vec![item("Tea", 1, 450, "0")], vec![bitcoin(0, gone)]);
    sale.state = StateDto::Reversed;
    insta::assert_snapshot!(printed(&live(), &sale, 0), @r"
                   Corner Café
                 Market Street 1
                VAT GB 123 4567 89
    ------------------------------------------
    Receipt 000012                   Sale 0147
    2026-11-21 10:14
    **************** REVERSED ****************
    ------------------------------------------
    Tea                                   4.50
    ==========================================
    TOTAL                             EUR 4.50
    ==========================================
    Bitcoin                     0.00000000 BTC
    Worth                                 0.00
      1 BTC = 57,710.00 EUR (fixed)
      To bcrt1q6r…9pz3cppk
      Transaction 4a5e1e4b…fdeda33b:1
      withdrawn
    ------------------------------------------
                    Thank you!
             Journal 1f8b0c4e5d6a7b8c
    ");
}

#[test]
fn an_overpaid_sale_tells_the_customer_of_the_credit() {
    let came =
        vec![transfer(7_759, TransferStatusDto::Confirmed), transfer(3_880, TransferStatusDto::Unconfirmed)];
    let mut sale = sale(vec![item("Tea", 1, 450, "0")], vec![bitcoin(675, came)]);
    sale.excess = eur(225);
    let text = printed(&live(), &sale, 0);
    assert!(text.contains("Bitcoin                     0.00011639 BTC\n"), "{text}");
    assert!(text.contains("Your credit                           2.25\n"), "{text}");
}

#[test]
fn a_code_nobody_paid_is_not_printed() {
    let sale = sale(vec![item("Tea", 1, 450, "0")], vec![bitcoin(0, vec![]), cash(450, 450, 0)]);
    let text = printed(&live(), &sale, 0);
    assert!(!text.contains("Bitcoin") && text.contains("Cash"), "{text}");
}

#[test]
fn whatever_the_texts_and_sums_no_line_is_wider_than_the_paper() {
    let texts =
        ["x".repeat(200), "抹茶ラテ ".repeat(40), "🍰".repeat(100), "e\u{301}".repeat(100), String::new()];
    for text in texts {
        for minor in [1, 450, 123_456_789, 900_000_000_000_000] {
            let mut line = item(&text, 9_999, minor, "12.345678");
            line.note.clone_from(&text);
            let mut sale = sale(vec![line], vec![cash(minor, minor, 0)]);
            sale.note.clone_from(&text);
            let mut settings = live();
            settings.shop.receipt_header.clone_from(&text);
            let text = printed(&settings, &sale, 7);
            for line in text.lines() {
                assert!(textwrap::core::display_width(line) <= paper::COLUMNS, "{line}");
            }
        }
    }
}

#[test]
fn wide_characters_keep_the_sums_in_line() {
    let lines = vec![item("抹茶ラテ", 1, 450, "0"), item("Matcha", 1, 450, "0")];
    let text = printed(&live(), &sale(lines, vec![]), 0);
    let sums = text.lines().filter(|line| line.contains("4.50")).map(textwrap::core::display_width);
    assert_eq!(sums.collect::<Vec<_>>(), [42, 42]);
}
