/** The books: the chart of accounts with its balances, the entries behind a number, and the full check. */
import { faultOf, type AccountDto, type Backend, type EntryDto, type Fault, type VerifyReply } from '$lib/backend';

const PAGE_ENTRIES = 50;

/** Kinds of accounts in the order an owner reads them. */
const GROUP_ORDER = ['asset', 'liability', 'income', 'expense', 'clearing'] as const;
export type AccountKind = (typeof GROUP_ORDER)[number];

/** Which entries are shown; nothing set means all of them. */
export interface EntryFilter {
  account: string | null;
  currency: string | null;
  invoice: string | null;
}

export const ALL_ENTRIES: EntryFilter = { account: null, currency: null, invoice: null };

export class Books {
  accounts = $state.raw<AccountDto[]>([]);
  filter = $state.raw<EntryFilter>(ALL_ENTRIES);
  entries = $state.raw<EntryDto[]>([]);
  more = $state(false);
  loaded = $state(false);
  check = $state.raw<VerifyReply | null>(null);
  checking = $state(false);
  fault = $state.raw<Fault | null>(null);
  private question = 0;

  constructor(private readonly backend: Backend) {}

  readonly groups = $derived(
    GROUP_ORDER.map((kind) => ({ kind, accounts: this.accounts.filter((account) => account.kind === kind) })).filter(
      ({ accounts }) => accounts.length > 0,
    ),
  );

  /** Every currency the books hold, in the order of the chart. */
  readonly currencies = $derived(
    this.accounts
      .flatMap((account) => account.balances.map((balance) => balance.currency))
      .filter((currency, at, all) => all.indexOf(currency) === at),
  );

  readonly isFiltered = $derived(Object.values(this.filter).some((value) => value !== null));

  async open(filter: EntryFilter): Promise<void> {
    await Promise.all([this.readAccounts(), this.show(filter)]);
  }

  async show(filter: EntryFilter): Promise<void> {
    this.filter = filter;
    await this.ask(0, []);
  }

  async reread(): Promise<void> {
    await this.open(this.filter);
  }

  async readMore(): Promise<void> {
    const last = this.entries.at(-1);
    if (last !== undefined && this.more) await this.ask(last.entry, this.entries);
  }

  /** Recomputes the chain and every balance from zero. */
  async verify(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    this.check = null;
    try {
      this.check = await this.backend.call('ledger_verify', {});
      this.fault = null;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    this.checking = false;
  }

  private async readAccounts(): Promise<void> {
    try {
      this.accounts = await this.backend.call('ledger_accounts', {});
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  private async ask(before: number, shown: EntryDto[]): Promise<void> {
    const question = ++this.question;
    try {
      const page = await this.backend.call('ledger_entries', { ...this.filter, before, limit: PAGE_ENTRIES });
      if (question !== this.question) return;
      this.entries = [...shown, ...page.rows];
      this.more = page.more;
      this.fault = null;
    } catch (thrown) {
      if (question !== this.question) return;
      this.fault = faultOf(thrown);
    }
    this.loaded = true;
  }
}
