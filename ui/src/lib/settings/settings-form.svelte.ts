/**
 * The settings being edited: sent whole, checked whole. A refused save changes nothing, and the refusal is shown at
 * the field it names, or at the save button when it names none.
 */
import { faultOf, type Backend, type Fault, type SettingsDto } from '$lib/backend';
import { draftOf, rateAt, requestOf } from './draft';
import { merged } from './merge';
import { faultsOf, type FieldFaults } from './rules';

export class SettingsForm {
  /** What stands in the fields; decimals wear the mark of the language. */
  draft: SettingsDto;
  saving = $state(false);
  saved = $state(false);
  /** Faults stay quiet until the owner tries to save: nobody is corrected while typing. */
  tried = $state(false);
  fault = $state.raw<Fault | null>(null);
  /** What the core keeps. */
  private kept: SettingsDto;

  /** Reads the settings as they are. Throws a `Fault`. */
  static async read(backend: Backend, language: () => string): Promise<SettingsForm> {
    return new SettingsForm(backend, language, await backend.call('settings_get', {}));
  }

  private constructor(
    private readonly backend: Backend,
    private readonly language: () => string,
    settings: SettingsDto,
  ) {
    this.kept = $state.raw(settings);
    this.draft = $state(draftOf(settings, language()));
  }

  readonly faults: FieldFaults = $derived.by(() => faultsOf(this.draft));

  readonly isChanged = $derived.by(
    () => JSON.stringify(requestOf(this.draft)) !== JSON.stringify(requestOf(this.kept)),
  );

  /** The field a refusal of the core names, as `shop.quote_minutes` or `bitcoin.account`. */
  readonly refusedField = $derived.by(() => {
    const pairs = this.draft.rates.fixed.map((rate) => rate.pair.trim().toUpperCase());
    return this.fault === null ? '' : fieldNamedIn(this.fault.detail, pairs);
  });

  /** Bitcoin needs public sources, or a rate the owner fixed for the shop's currency. */
  readonly ratePair = $derived.by(() => `BTC/${this.draft.shop.currency}`);
  readonly lacksRate = $derived.by(() => {
    const rate = this.draft.rates.fixed[rateAt(this.draft, this.ratePair)];
    const asksNobody = this.draft.rates.sources.every((source) => source === 'fixed');
    return this.draft.bitcoin.enabled && asksNobody && (rate?.price ?? '').trim() === '';
  });

  /**
   * Reads again after a change elsewhere, but never over something the owner is typing. A save is such a change too,
   * and what was said of it stays said.
   */
  async reread(): Promise<void> {
    if (this.isChanged || this.saving) return;
    try {
      const settings = await this.backend.call('settings_get', {});
      if (this.isChanged || this.saving) return;
      const saved = this.saved;
      this.take(settings);
      this.saved = saved;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  /** Sends everything. True when it was taken. */
  async save(): Promise<boolean> {
    if (this.saving) return false;
    this.tried = true;
    if (this.faults.size > 0) return false;
    this.saving = true;
    try {
      this.take(await this.backend.call('settings_set', requestOf(this.draft)));
      this.saved = true;
      return true;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      if (this.fault.code === 'settings_changed') await this.lookAgain();
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** Takes back everything that was not saved. */
  undo(): void {
    this.take(this.kept);
  }

  /** Somebody else changed the settings first: shows theirs, and what was typed here on top. */
  private async lookAgain(): Promise<void> {
    try {
      const theirs = await this.backend.call('settings_get', {});
      const draft = merged(requestOf(this.kept), requestOf(this.draft), theirs);
      this.kept = theirs;
      this.draft = draftOf(draft, this.language());
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  private take(settings: SettingsDto): void {
    this.kept = settings;
    this.draft = draftOf(settings, this.language());
    this.fault = null;
    this.tried = false;
    this.saved = false;
  }
}

const FIELD_IN_DETAIL = /^(?:rail\.)?((?:shop|tax|cash|rates|policy|bitcoin|evm|stripe)(?:\.[A-Za-z_0-9/]+)+):/;

/**
 * The path of the field a refusal begins with; empty when it names none. The core speaks of the settings file: it has
 * `rail.` before bitcoin, evm and stripe, counts the items of lists from 1, and names fixed rates by their pair.
 */
export function fieldNamedIn(detail: string, pairs: string[]): string {
  const named = FIELD_IN_DETAIL.exec(detail)?.[1] ?? '';
  const place = (part: string) => {
    if (/^\d+$/.test(part)) return (parseInt(part, 10) - 1).toString();
    return pairs.includes(part) ? `${pairs.indexOf(part)}.pair` : part;
  };
  return named === '' ? '' : named.split('.').map(place).join('.');
}
