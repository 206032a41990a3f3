/** The sections of the settings, and the words each is found by: its title and the labels of its fields. */
import Banknote from '@lucide/svelte/icons/banknote';
import Bitcoin from '@lucide/svelte/icons/bitcoin';
import Coins from '@lucide/svelte/icons/coins';
import CreditCard from '@lucide/svelte/icons/credit-card';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import GraduationCap from '@lucide/svelte/icons/graduation-cap';
import KeyRound from '@lucide/svelte/icons/key-round';
import Languages from '@lucide/svelte/icons/languages';
import Percent from '@lucide/svelte/icons/percent';
import Scale from '@lucide/svelte/icons/scale';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Store from '@lucide/svelte/icons/store';
import Timer from '@lucide/svelte/icons/timer';
import type { Icon } from '$lib/design/icon';
import { KNOWN_CHAINS } from '$lib/money';
import { m } from '$words';

export const SECTIONS = [
  'shop',
  'language',
  'tax',
  'cash',
  'quote',
  'rates',
  'stripe',
  'bitcoin',
  'evm',
  'policy',
  'pin',
  'mode',
  'data',
] as const;
export type Section = (typeof SECTIONS)[number];

interface SectionLook {
  icon: Icon;
  title: () => string;
  words: () => string[];
}

export const LOOKS: Record<Section, SectionLook> = {
  shop: {
    icon: Store,
    title: () => m.settings_shop(),
    words: () => [
      m.settings_shop_name(),
      m.settings_shop_currency(),
      m.settings_receipt_header(),
      m.settings_receipt_footer(),
    ],
  },
  language: { icon: Languages, title: () => m.settings_language(), words: () => ['English', 'Deutsch'] },
  tax: {
    icon: Percent,
    title: () => m.settings_tax(),
    words: () => [m.settings_tax_included(), m.settings_tax_rates()],
  },
  cash: {
    icon: Banknote,
    title: () => m.settings_cash(),
    words: () => [m.settings_cash_enabled(), m.settings_cash_coin(), m.settings_cash_notes()],
  },
  quote: { icon: Timer, title: () => m.settings_quote(), words: () => [m.settings_minutes(), m.settings_tolerance()] },
  rates: { icon: Scale, title: () => m.settings_rates(), words: () => [m.settings_fixed(), m.settings_spread()] },
  stripe: {
    icon: CreditCard,
    title: () => m.stripe_title(),
    words: () => [m.stripe_key(), m.stripe_reader(), m.stripe_webhook(), m.stripe_capture(), 'Stripe'],
  },
  bitcoin: {
    icon: Bitcoin,
    title: () => m.settings_bitcoin(),
    words: () => [m.settings_network(), m.settings_wallet(), m.settings_servers(), 'xpub', 'Electrum'],
  },
  evm: {
    icon: Coins,
    title: () => m.charge_coins(),
    words: () => [
      m.settings_evm_account(),
      m.settings_servers(),
      m.settings_evm_contract(),
      ...KNOWN_CHAINS.map(([, name]) => name),
      'USDC',
      'USDT',
      'DAI',
      'xpub',
    ],
  },
  policy: {
    icon: ShieldCheck,
    title: () => m.settings_policy(),
    words: () => [m.settings_policy_safe(), m.settings_policy_final(), m.settings_policy_up_to()],
  },
  pin: { icon: KeyRound, title: () => m.pin_title(), words: () => ['PIN', m.pin_change(), m.pin_remove()] },
  mode: {
    icon: GraduationCap,
    title: () => m.settings_mode(),
    words: () => [m.settings_mode_practice(), m.settings_mode_live(), m.settings_mode_sandbox()],
  },
  data: {
    icon: FolderOpen,
    title: () => m.settings_data(),
    words: () => [m.settings_data_dir(), m.settings_log_dir(), m.settings_version()],
  },
};

/** The sections in which the text is found; all of them for an empty one. */
export function sectionsWith(text: string): Section[] {
  const wanted = text.trim().toLowerCase();
  return SECTIONS.filter((section) =>
    [LOOKS[section].title(), ...LOOKS[section].words()].some((word) => word.toLowerCase().includes(wanted)),
  );
}

/** Which section shows the field of this path. */
export function sectionOf(path: string): Section {
  if (/^shop\.(quote_minutes|tolerance_percent)/.test(path)) return 'quote';
  if (path.startsWith('shop.language')) return 'language';
  const [head = ''] = path.split('.');
  return SECTIONS.find((section) => section === head) ?? 'shop';
}
