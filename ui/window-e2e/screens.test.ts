import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { TillWindow } from './till-window';

/** Where the pictures go: a folder that is thrown away, or the one named, such as ../docs/screens. */
const FOLDER =
  process.env.TILLSTREAM_SCREENS ?? fileURLToPath(new URL('../test-results/window-screens', import.meta.url));

/** Sections of the settings with a word that only they show. */
const SECTIONS = {
  shop: 'Name of the shop',
  tax: 'Prices contain the tax',
  cash: 'Smallest coin',
  rates: 'Rates you fix',
  policy: 'Add a line',
  data: 'Log folder',
};

let till: TillWindow;
afterEach(() => till.close());

/** A picture of what is shown, in both themes. */
async function picture(name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const theme of ['dark', 'light']) {
    await till.browser.execute((chosen: string) => (document.documentElement.dataset.theme = chosen), theme);
    await till.picture(join(FOLDER, `${name}-${theme}.png`));
  }
}

/** The folder of this run is nobody's, and another one each time: the picture shows where a shop's is. */
async function showFolderOfAShop(): Promise<void> {
  const data = (await till.call('status', {})).data_dir;
  await till.browser.execute((folder: string) => {
    for (const place of document.querySelectorAll('dd .mono')) {
      place.textContent = (place.textContent ?? '').replace(folder, '/home/mira/.local/share/tillstream');
    }
  }, data);
}

async function payByBitcoin(amount: string): Promise<void> {
  await till.go('sell');
  await till.sees('Charge');
  await till.type(...amount, 'Enter');
  await till.sees('How do they pay?');
  await till.press('Bitcoin');
  await till.sees('Hand over: not yet');
}

/** Finds blocks until the light says yes. */
async function confirm(): Promise<void> {
  await till.browser.waitUntil(async () => {
    if ((await till.readText()).includes('Hand over: yes')) return true;
    await till.pressIfThere('find a block');
    return false;
  });
}

test('every screen of a shop in practice mode, in both themes', async () => {
  till = await TillWindow.open();
  await till.sees('What is your shop called?');
  await till.type(...'Corner Café');
  await picture('first-run-shop');
  await till.type('Enter');
  await till.sees('Which currency do you sell in?');
  await picture('first-run-currency');
  await till.type('Enter');
  await till.sees('How do you want to begin?');
  await picture('first-run-start');
  await till.type('Enter');
  await till.sees('Tax 20 %');

  await till.type(...'3*250+');
  await till.type(...'1080+');
  await picture('sell');
  await till.press('Charge');
  await till.sees('How do they pay?');
  await picture('charge');
  await till.press('Cash');
  await till.press('20.00');
  await picture('cash');
  await till.press('Take 20.00');
  await till.sees('Hand over: yes');
  await picture('paid');
  await till.press('Receipt');
  await till.sees('Corner Café');
  await picture('receipt');

  await payByBitcoin('6000');
  await picture('payment');
  await till.press('pay');
  await till.sees('Seen');
  await picture('payment-seen');
  await confirm();
  await picture('paid-bitcoin');

  await till.go('sales');
  await till.sees('What happened');
  await picture('sales');
  await till.go('ledger');
  await till.press('Check the books now');
  await till.sees('The books add up');
  await picture('ledger');
  await till.go('strays');
  await till.sees('No money has gone astray');
  await picture('strays-empty');
  for (const [section, word] of Object.entries(SECTIONS)) {
    await till.go(`settings/${section}`);
    await till.sees(word);
    if (section === 'data') await showFolderOfAShop();
    await picture(`settings-${section}`);
  }
});

/** Opens a bitcoin sale beside the window, so that the simulated customer can go on after the till has said "paid". */
async function bitcoinSale(number: number, description: string): Promise<{ invoice: string; payment: string }> {
  const [invoice, payment] = [
    `inv_019a1b2c3d4e7abc8def00000000000${number}`,
    `pay_019a1b2c3d4e7abc8def00000000000${number}`,
  ];
  const unit_price = { minor: '6000', currency: 'EUR', scale: 2 };
  const line = { description, quantity: 1, unit_price, tax_percent: '20', note: '' };
  await till.call('sale_open', { invoice, lines: [line], note: '' });
  await till.call('payment_start', { invoice, payment, method: 'bitcoin' });
  return { invoice, payment };
}

test('what goes wrong: a stray payment, and a payment taken back', async () => {
  till = await TillWindow.open();
  await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language: 'en' });
  const given = await bitcoinSale(1, 'Gift box');
  await till.call('sale_cancel', { invoice: given.invoice, although_seen: false });
  await till.call('practice_act', { ...given, act: 'pay_exact' });
  await till.call('practice_act', { ...given, act: 'mine_block' });
  const short = await bitcoinSale(2, 'Breakfast for two');
  await till.call('practice_act', { ...short, act: 'pay_short' });
  await till.go('strays');
  await till.sees('The sale was cancelled.');
  await picture('strays');
  await till.press('Count it for a sale');
  await till.sees('Breakfast for two');
  await picture('strays-assign');
  await till.type('Escape');

  const gone = await bitcoinSale(3, 'House blend 5 kg');
  for (const act of ['pay_exact', 'mine_block', 'reorganise'] as const) {
    await till.call('practice_act', { ...gone, act });
  }
  await till.sees('A payment was taken back after the goods went.');
  await till.press('Open the sale');
  await till.sees('Sale 0003');
  await picture('alert');
});

/** Hands in tickets of so many seconds, one parcel after the other. Every tenth parcel comes twice. */
async function streamFor(seconds: number): Promise<void> {
  const ticket = (id: number) => ({ id: `ticket-${id}`, amount: '0.25', currency: 'EUR', method: 'cash', payer: null });
  let parcel = 0;
  for (let measured = 0; measured < seconds; parcel += 1) {
    const instructions = Array.from({ length: 40 }, (_, at) => ({ ...ticket(parcel * 40 + at), memo: null }));
    await till.call('stream_take', { instructions });
    if (parcel % 10 === 0) await till.call('stream_take', { instructions });
    measured = (await till.call('stream_status', {})).seconds.length;
  }
}

/** What a shop without a rate for dollars can't take. */
async function streamDollars(count: number): Promise<void> {
  const instructions = Array.from({ length: count }, (_, at) => ({
    id: `show-${at}`,
    amount: `${at + 1}.50`,
    currency: 'USD',
    method: 'cash',
    payer: ['Mona Lindqvist', 'Idris Bah', 'Chloé Martin'][at % 3] ?? null,
    memo: 'evening show',
    metadata: { booth: 'north entrance' },
  }));
  await till.call('stream_take', { instructions });
}

test('micropayments: how they flow, and what could not be taken', async () => {
  till = await TillWindow.open();
  await till.sees('What is your shop called?');
  await till.type(...'Corner Café', 'Enter');
  await till.sees('Which currency do you sell in?');
  await till.type('Enter');
  await till.sees('How do you want to begin?');
  await till.type('Enter');
  await till.sees('Tax 20 %');
  await till.go('stream');
  await till.sees('Nothing was ever streamed here.');
  await picture('stream-never');
  await streamFor(45);
  await streamDollars(7);
  await till.sees('Streaming.');
  await till.sees('Need a decision 7');
  await picture('stream');
  await till.go('letters');
  await till.sees('There is no exchange rate USD → EUR');
  await picture('letters');
  await till.go('stream');
  await till.sees('Nothing is streaming.');
  await picture('stream-resting');
  await till.call('settings_put', { key: 'rates.fixed.USD/EUR', value: '0.92' });
  await till.go('letters');
  await till.press('Try all again');
  await till.sees('7 of 7 are taken and in the books.');
  await picture('letters-none');
});

/** Micropayments by card: of some payers whose card is declined, and of some whose tab is not full yet. */
async function streamCards(): Promise<void> {
  const payers = ['declined Mona Lindqvist', 'declined Idris Bah', 'Chloé Martin', 'Ana Sousa'];
  const instructions = Array.from({ length: 80 }, (_, at) => ({
    id: `page-${at + 1}`,
    amount: at % 4 < 2 ? '0.35' : '0.15',
    currency: 'EUR',
    method: 'card',
    payer: payers[at % 4] ?? null,
    memo: 'Morning paper',
  }));
  await till.call('stream_take', { instructions });
}

test('payers’ tabs: what is owed, and a charge that was declined with its parts', async () => {
  till = await TillWindow.open();
  await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language: 'en' });
  await till.go('tabs');
  await till.sees('Nobody owes anything.');
  await picture('tabs-none');
  await streamCards();
  await till.sees('2 charges set aside');
  await picture('tabs');
});

test('cards: the reader, the phone, and what the owner decides about money that was taken', async () => {
  till = await TillWindow.open();
  await till.call('setup_finish', { shop_name: 'Corner Café', currency: 'EUR', language: 'en' });
  const chargeBy = async (amount: string, way: string) => {
    await till.go('sell');
    await till.sees('Charge');
    await till.type(...amount, 'Enter');
    await till.sees('How do they pay?');
    await till.press(way);
  };
  await chargeBy('2430', 'Card by phone');
  await till.sees('Hand over: not yet');
  await picture('card-phone');
  await till.press('Other way to pay');
  await till.press('Card At');
  await till.sees('Present card');
  await picture('card-reader');
  await till.press('pay, line dead');
  await till.sees('Unknown — checking. Do not charge again.');
  await picture('card-unknown');
  await till.press('bring the line back');
  await till.sees('Hand over: yes');
  await picture('card-paid');
  await till.press('object at the bank');
  await till.sees('bank objects');
  await picture('card-disputed');
  await till.go('disputes');
  await till.sees('Waits for your answer');
  await picture('disputes');

  await chargeBy('1280', 'Card At');
  await till.press('be declined');
  await till.sees('Hand over: no');
  await picture('card-declined');
  await till.press('Card again');
  await till.press('pay by card');
  await till.sees('Hand over: yes');
  await till.go('refund');
  await till.sees('Receipt number');
  await till.type(...'2', 'Enter');
  await till.sees('The money goes back to: Visa •• 4242');
  await picture('refund');

  await till.go('payouts');
  await till.sees('No payouts yet.');
  await till.press('pay out');
  await till.sees('Adds up to the cent');
  await picture('payouts');

  await till.call('settings_put', { key: 'rail.stripe.capture', value: 'later' });
  await chargeBy('9900', 'Card At');
  await till.press('pay by card');
  await till.sees('Held, not paid');
  await till.go('held');
  await till.sees('How much to take');
  await picture('held');
  await till.go('settings/stripe');
  await till.sees('Cards are simulated in practice');
  await picture('settings-stripe');
});

const wordsShown = () =>
  till.browser.execute(() => [...document.querySelectorAll('ol b')].map((word) => word.textContent));

const showWords = (words: string[]) =>
  till.browser.execute((others: string[]) => {
    document.querySelectorAll('ol b').forEach((word, at) => (word.textContent = others[at] ?? ''));
  }, words);

test('the wallet of a live till: words once, then gone from the window', async () => {
  till = await TillWindow.open('--mode', 'live');
  await till.sees('What is your shop called?');
  await till.type(...'Corner', 'Enter');
  await till.sees('Which currency do you sell in?');
  await till.type('Enter');
  await till.sees('How do you want to begin?');
  await till.type('Enter');
  await till.sees('Hardware wallet');
  await picture('wallet-choice');
  await till.press('12 words');
  await till.sees('Write these words on paper');
  const words = await wordsShown();
  expect(words).toHaveLength(12);
  // No words of a wallet go into a picture, not even of one that is thrown away: BIP-39's first test vector does.
  await showWords([...Array<string>(11).fill('abandon'), 'about']);
  await picture('wallet-words');
  await showWords(words);
  await till.press('I wrote them down');
  await till.sees('Which words did you write down?');
  await picture('wallet-proof');

  const page = await till.browser.execute(() => document.documentElement.outerHTML);
  expect(words.filter((word) => page.includes(`>${word}<`))).toEqual([]);
  await till.go('setup/servers');
  await till.sees('Price of one bitcoin');
  await picture('servers-and-rate');
  await till.go('settings/bitcoin');
  await till.sees('No wallet yet.');
  await picture('settings-bitcoin');
});
