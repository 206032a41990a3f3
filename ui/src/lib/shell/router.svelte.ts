/**
 * Which screen is shown. The address is `#/NAME` or `#/NAME/ID`, so that back, reload and links work as everywhere;
 * the ID is an invoice, an account or a section, whatever the screen of that name says it is.
 */
export const ROUTES = [
  'sell',
  'charge',
  'cash',
  'payment',
  'card',
  'paid',
  'sales',
  'ledger',
  'stream',
  'letters',
  'tabs',
  'strays',
  'held',
  'refund',
  'disputes',
  'payouts',
  'settings',
  'receipt',
  'setup',
] as const;

export type RouteName = (typeof ROUTES)[number];

export interface Route {
  name: RouteName;
  id: string;
}

/** Screens about one sale take the whole window: the clerk answers one question, then comes back. */
const FOCUSED: readonly RouteName[] = ['charge', 'cash', 'payment', 'card', 'paid', 'receipt', 'setup'];

export class Router {
  now = $state.raw<Route>({ name: 'sell', id: '' });
  readonly focused = $derived(FOCUSED.includes(this.now.name));

  constructor() {
    this.now = readHash(location.hash);
    addEventListener('hashchange', () => (this.now = readHash(location.hash)));
  }

  /** Shows a screen and leaves a step in the history. */
  go(name: RouteName, id = ''): void {
    location.hash = hashOf(name, id).slice(1);
    this.now = { name, id };
  }

  /** Shows a screen in place of this one, so that going back does not return here. */
  swap(name: RouteName, id = ''): void {
    history.replaceState(null, '', hashOf(name, id));
    this.now = { name, id };
  }
}

/** The address of a screen, for links. */
export function hashOf(name: RouteName, id = ''): string {
  return id === '' ? `#/${name}` : `#/${name}/${encodeURI(id)}`;
}

export function readHash(hash: string): Route {
  const [, name = '', id = ''] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(hash) ?? [];
  const known = ROUTES.find((route) => route === name);
  return known === undefined ? { name: 'sell', id: '' } : { name: known, id: decodeURI(id) };
}
