/** The filter of the ledger screen in its address, so that every number can be a link: `ACCOUNT/CURRENCY/INVOICE`. */
import { ALL_ENTRIES, type EntryFilter } from './books.svelte';

const ANY = 'all';

export function filterOf(id: string): EntryFilter {
  const [account = '', currency = '', invoice = ''] = id.split('/');
  const wanted = (part: string) => (part === '' || part === ANY ? null : part);
  return { account: wanted(account), currency: wanted(currency), invoice: wanted(invoice) };
}

/** The id of the ledger's route for a filter; empty for everything. */
export function idOf(filter: Partial<EntryFilter>): string {
  const { account, currency, invoice } = { ...ALL_ENTRIES, ...filter };
  const parts = [account ?? ANY, currency ?? ANY, invoice ?? ANY];
  while (parts.at(-1) === ANY) parts.pop();
  return parts.join('/');
}
