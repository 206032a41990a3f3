/** Which component shows which route. A screen gets the route's id. */
import type { Component } from 'svelte';
import SellScreen from '$lib/sell/SellScreen.svelte';
import type { RouteName } from './router.svelte';

export const SCREENS: Partial<Record<RouteName, Component<{ id: string }>>> = {
  sell: SellScreen,
};
