import { expect, test } from 'vitest';
import { Fault } from '$lib/backend';
import { FixtureBackend } from '../../../tests/fixture-backend';
import { status } from '../../../tests/fixtures/status';
import { Alerts } from './alerts.svelte';
import { alertWords } from './words';

const alert = (number: number) => ({
  alert: number,
  at: '2026-11-21T14:40:00Z',
  kind: 'reversed',
  subject: 'inv_1',
  sale_number: 143,
  detail: '',
});

test('the oldest alert is dealt with first', () => {
  const alerts = new Alerts(new FixtureBackend());
  expect(alerts.first([alert(5), alert(4), alert(3)])?.alert).toBe(3);
  expect(alerts.first([])).toBeNull();
});

test('a repeated press acknowledges once, a refused one may be tried again', async () => {
  let isUp = false;
  const backend = new FixtureBackend({
    alert_acknowledge: () => {
      if (!isUp) throw new Fault('unreachable', 'no answer');
      return status();
    },
  });
  const alerts = new Alerts(backend);
  await expect(alerts.acknowledge(3)).rejects.toBeInstanceOf(Fault);
  isUp = true;
  expect(await alerts.acknowledge(3)).not.toBeNull();
  expect(await alerts.acknowledge(3)).toBeNull();
  expect(backend.count('alert_acknowledge')).toBe(2);
});

test('an alert newer than this screen still says that somebody should look', () => {
  expect(alertWords('meteor').title).toBe('The owner should look at this.');
});
