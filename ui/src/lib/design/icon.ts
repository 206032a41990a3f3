import type { Component } from 'svelte';

/** A lucide icon: `import Bitcoin from '@lucide/svelte/icons/bitcoin'`. Hidden from readers unless it has a label. */
export type Icon = Component<{ class?: string; strokeWidth?: number | string; 'aria-label'?: string }>;
