import { readdirSync, readFileSync } from 'node:fs';
import { flushSync, mount, unmount } from 'svelte';
import { expect, test } from 'vitest';
import Field from '$lib/design/Field.svelte';
import SearchBox from '$lib/sales/SearchBox.svelte';
import cases from '../../../../crates/card-numbers/tests/cases.json';
import { holdsCardNumber } from './card-number';
import { Swipe } from './swipe';

const NUMBER = '4242 4242 4242 4242';
const REFUSAL =
  'That looks like a card number. Tillstream never takes card numbers: use the card reader or the customer’s own phone.';

test.each(cases.numbers)('a card number is found: $name', ({ text }) => {
  expect(holdsCardNumber(text)).toBe(true);
});

test.each(cases.others)('what only looks like one is let pass: $name', ({ text }) => {
  expect(holdsCardNumber(text)).toBe(false);
});

/** A field on a page, what its owner hears of it, and a way to put text into it at a time. */
function shown(kind: 'line' | 'area' | 'search') {
  const heard: string[] = [];
  const hear = (text: string) => heard.push(text);
  const component =
    kind === 'search'
      ? mount(SearchBox, { target: document.body, props: { label: 'Find', hint: '', value: '', onsearch: hear } })
      : mount(Field, {
          target: document.body,
          props: { label: 'Note', value: '', rows: kind === 'area' ? 3 : 1, oninput: hear },
        });
  const field = document.querySelector<HTMLInputElement | HTMLTextAreaElement>('input, textarea')!;
  const put = (text: string, at: number) => {
    field.value = text;
    const event = new InputEvent('input', { bubbles: true });
    Object.defineProperty(event, 'timeStamp', { value: at });
    field.dispatchEvent(event);
    flushSync();
  };
  const refusal = () => document.querySelector('[role=alert]')?.textContent ?? '';
  return { field, heard, put, refusal, close: () => unmount(component) };
}

test.each(['line', 'area', 'search'] as const)('a %s clears a card number before anybody hears of it', async (kind) => {
  const { field, heard, put, refusal, close } = shown(kind);
  put('table 4', 0);
  put(`table 4 ${NUMBER}`, 1_000);
  expect([field.value, refusal()]).toEqual(['', REFUSAL]);
  expect(field.getAttribute('aria-invalid')).toBe('true');
  put('table 5', 5_000);
  expect([field.value, refusal()]).toEqual(['table 5', '']);
  expect(heard).toEqual(['table 4', '', 'table 5']);
  await close();
});

test('what follows a card number at once goes with it', async () => {
  const { heard, put, close } = shown('line');
  for (const [at, c] of [...`;4242424242424242=2812201?`].entries()) {
    const field = document.querySelector('input')!;
    put(field.value + c, at * 10);
  }
  put('table 5', 10_000);
  expect(heard.slice(17)).toEqual([...Array.from('=2812201?', () => ''), 'table 5']);
  await close();
});

test('every text field stands behind the fence', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.svelte'));
  const counts = files.map((file) => {
    const text = readFileSync(`src/${file}`, 'utf8');
    const fields = text.match(/<(?:input|textarea)(?!\s+type="(?:checkbox|radio)")\s/g) ?? [];
    return { file, fields: fields.length, fences: text.split('{@attach fence.guard}').length - 1 };
  });
  expect(counts.filter(({ fields }) => fields > 0).length).toBeGreaterThanOrEqual(2);
  expect(counts.filter(({ fields, fences }) => fields !== fences)).toEqual([]);
});

test('a swiped card is heard although no field takes it, with all that follows', () => {
  const swipe = new Swipe();
  const keys = ['Shift', ...'%B4242424242424242^DOE/JANE^2812201?', 'Enter'];
  const heard = keys.map((key, at) => swipe.hear(key, at * 8));
  expect(heard.indexOf('number')).toBe(18);
  expect(heard.slice(19).every((what) => what === 'tail')).toBe(true);
  expect(swipe.hear('4', 60_000)).toBe('nothing');
});

test('amounts keyed one after the other make no card number', () => {
  const swipe = new Swipe();
  const amounts = [...'4242', 'Enter', ...'4242', 'Enter', ...'4242', '+', ...'4242'];
  expect(amounts.map((key, at) => swipe.hear(key, at * 100))).not.toContain('number');
  const slowly = [...'4242424242424242'].map((key, at) => swipe.hear(key, 100_000 + at * 600));
  expect(slowly).not.toContain('number');
});
