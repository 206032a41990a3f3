import { expect, test } from 'vitest';
import { newInvoiceId, uuidV7 } from './ids';

test('an id is time-ordered and of version 7', () => {
  expect(uuidV7(0x019a1b2c3d4e)).toMatch(/^019a1b2c3d4e7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
});

test('no two ids are equal', () => {
  expect(new Set(Array.from({ length: 1000 }, newInvoiceId)).size).toBe(1000);
});
