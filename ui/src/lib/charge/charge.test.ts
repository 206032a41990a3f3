import { expect, test } from 'vitest';
import { Fault, type TenderDto } from '$lib/backend';
import { Till } from '$lib/shell/till.svelte';
import { FixtureBackend, type Replies } from '../../../tests/fixture-backend';
import { coinTenders, eur, INVOICE, payment, sale, tenders } from '../../../tests/fixtures/sale';
import { byCard, cardTender } from '../../../tests/fixtures/card';
import { Charge } from './charge.svelte';
import { paceOf } from './readiness';
import { reasonOf } from './reasons';

async function open(replies: Replies = {}): Promise<{ backend: FixtureBackend; till: Till; charge: Charge }> {
  const backend = new FixtureBackend({
    sale_get: () => sale(),
    tenders: () => tenders(),
    payment_start: () => sale({ version: 2, payments: [payment()] }),
    ...replies,
  });
  const till = new Till(backend);
  const charge = new Charge(till, INVOICE);
  charge.start();
  await expect.poll(() => charge.sale !== null && charge.tenders.length).toBe(2);
  return { backend, till, charge };
}

const tender = (charge: Charge, method: string) => charge.tenders.find((each) => each.method === method)!;
const started = (backend: FixtureBackend) => backend.calls.filter(({ name }) => name === 'payment_start');

test('cash has a screen of its own', async () => {
  const { till, charge } = await open();
  await charge.choose(tender(charge, 'cash'));
  expect(till.router.now).toEqual({ name: 'cash', id: INVOICE });
});

test('bitcoin makes a code and shows it', async () => {
  const { till, charge } = await open();
  await charge.choose(tender(charge, 'bitcoin'));
  expect(till.router.now).toEqual({ name: 'payment', id: INVOICE });
});

test('a key pressed before the ways to pay are known counts once they are', async () => {
  const backend = new FixtureBackend({ sale_get: () => sale(), tenders: () => tenders() });
  const till = new Till(backend);
  const charge = new Charge(till, INVOICE);
  charge.press((ways) => ways[0]);
  expect(till.router.now.name).not.toBe('cash');
  charge.start();
  await expect.poll(() => till.router.now).toEqual({ name: 'cash', id: INVOICE });
});

test('pressing twice makes one payment', async () => {
  const { backend, charge } = await open();
  await Promise.all([charge.choose(tender(charge, 'bitcoin')), charge.choose(tender(charge, 'bitcoin'))]);
  expect(started(backend)).toHaveLength(1);
});

test('an answer that never came is asked for with the same payment', async () => {
  let lost = true;
  const { backend, till, charge } = await open({
    payment_start: () => {
      if (lost) throw new Fault('unreachable', 'no answer');
      return sale({ version: 2, payments: [payment()] });
    },
  });
  await charge.choose(tender(charge, 'bitcoin'));
  expect(till.fault?.code).toBe('unreachable');
  lost = false;
  await charge.choose(tender(charge, 'bitcoin'));
  const [first, second] = started(backend).map(({ request }) => request);
  expect(second).toEqual(first);
});

test('a way that is off can not be chosen', async () => {
  const off = tenders().map((each) => ({ ...each, available: false, reason: 'no_rate' as const }));
  const { backend, charge } = await open({ tenders: () => off });
  await charge.choose(tender(charge, 'bitcoin'));
  expect(backend.count('payment_start')).toBe(0);
});

test('a partly paid code is shown again instead of making another', async () => {
  const partly = sale({ version: 2, state: 'partial', remaining: eur(610), payments: [payment()] });
  const { backend, till, charge } = await open({ sale_get: () => partly });
  await charge.choose(tender(charge, 'bitcoin'));
  expect(backend.count('payment_start')).toBe(0);
  expect(till.router.now.name).toBe('payment');
});

test('a card is started where its way says, with the reader and the capture of the settings', async () => {
  for (const [method, way] of [
    ['card_reader', 'reader'],
    ['card_phone', 'phone'],
  ] as const) {
    const { backend, till, charge } = await open({
      tenders: () => [cardTender(method), ...tenders().slice(1)],
      card_start: () => sale({ version: 2, payments: [byCard({ way })] }),
    });
    await charge.choose(tender(charge, method));
    expect(backend.calls.find(({ name }) => name === 'card_start')?.request).toMatchObject({
      invoice: INVOICE,
      way,
      reader: '',
      capture_later: null,
    });
    expect(till.router.now).toEqual({ name: 'card', id: INVOICE });
  }
});

test('without a connection there are no cards, and it says so', () => {
  expect(reasonOf({ method: 'card_reader', reason: 'no_server' }).title).toBe('No offline cards');
  expect(reasonOf({ method: 'bitcoin', reason: 'no_server' }).title).toBe('No server answers');
});

/** A till that takes these coins of EVM chains beside cash and bitcoin. */
async function openCoins(coins: TenderDto[]): ReturnType<typeof open> {
  let taken: TenderDto[] = [];
  const opened = await open({ tenders: () => [...tenders(), ...taken] });
  taken = coins;
  await opened.charge.readTenders();
  return opened;
}

const named = ({ listed }: Charge) => listed.map((way) => ('tender' in way ? way.tender.method : 'coins'));

test('many coins of EVM chains are one way to pay, and two presses lead to one of them', async () => {
  const { backend, charge } = await openCoins(coinTenders());
  expect(named(charge)).toEqual(['cash', 'bitcoin', 'coins']);
  charge.press((ways) => ways[2]);
  charge.press((ways) => ways[0]);
  await expect.poll(() => started(backend)).toHaveLength(1);
  expect(started(backend)[0]?.request).toMatchObject({ method: 'evm:8453/USDC' });
});

test('coins stand in the order of the till, those that are off at the end', async () => {
  const { charge } = await openCoins(coinTenders());
  charge.areCoinsOpen = true;
  expect(named(charge).slice(0, 3)).toEqual(['evm:8453/USDC', 'evm:8453/ETH', 'evm:137/POL']);
  expect(named(charge).at(-1)).toBe('evm:1/ETH');
});

test('a shop that takes two coins of EVM chains has them beside the others', async () => {
  const { charge } = await openCoins(coinTenders().slice(0, 2));
  expect(named(charge)).toEqual(['cash', 'bitcoin', 'evm:8453/USDC', 'evm:8453/ETH']);
});

test('how soon the goods go is the rule, and about how long it takes', () => {
  const paces = coinTenders().map(paceOf);
  expect(paces[0]).toBe('Hand over after 1 confirmation · about 2 s');
  expect(paces.at(-1)).toBe('Ready when the network calls it final');
});
