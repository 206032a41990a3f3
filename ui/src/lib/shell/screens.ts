/** Which component shows which route. A screen gets the route's id. */
import type { Component } from 'svelte';
import CardScreen from '$lib/card/CardScreen.svelte';
import CashScreen from '$lib/cash/CashScreen.svelte';
import ChargeScreen from '$lib/charge/ChargeScreen.svelte';
import DisputesScreen from '$lib/disputes/DisputesScreen.svelte';
import HeldScreen from '$lib/held/HeldScreen.svelte';
import Ledger from '$lib/ledger/Ledger.svelte';
import Letters from '$lib/letters/Letters.svelte';
import PaidScreen from '$lib/paid/PaidScreen.svelte';
import PaymentScreen from '$lib/payment/PaymentScreen.svelte';
import PayoutsScreen from '$lib/payouts/PayoutsScreen.svelte';
import Receipt from '$lib/receipt/Receipt.svelte';
import Sales from '$lib/sales/Sales.svelte';
import RefundScreen from '$lib/refund/RefundScreen.svelte';
import SellScreen from '$lib/sell/SellScreen.svelte';
import Settings from '$lib/settings/Settings.svelte';
import Setup from '$lib/setup/Setup.svelte';
import Stream from '$lib/stream/Stream.svelte';
import Strays from '$lib/strays/Strays.svelte';
import Tabs from '$lib/tabs/Tabs.svelte';
import type { RouteName } from './router.svelte';

export const SCREENS: Record<RouteName, Component<{ id: string }>> = {
  sell: SellScreen as Component<{ id: string }>,
  charge: ChargeScreen,
  cash: CashScreen,
  payment: PaymentScreen,
  card: CardScreen,
  paid: PaidScreen,
  sales: Sales,
  ledger: Ledger,
  stream: Stream as unknown as Component<{ id: string }>,
  letters: Letters,
  tabs: Tabs,
  strays: Strays,
  held: HeldScreen,
  refund: RefundScreen,
  disputes: DisputesScreen,
  payouts: PayoutsScreen,
  settings: Settings,
  receipt: Receipt,
  setup: Setup,
};
