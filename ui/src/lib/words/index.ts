/** Every word on screen: `m.sell_charge()`. Keys live in messages/{en,de}/DOMAIN.json and begin with their domain. */
export { m } from '../../paraglide/messages.js';
export { language } from './language.svelte';
