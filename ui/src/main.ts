import { mount } from 'svelte';
import App from './App.svelte';
import { openBackend } from '$lib/backend';
import '$lib/design/base.css';
import { followSystemTheme } from '$lib/shell/theme';

followSystemTheme();
const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
mount(App, { target, props: { backend: openBackend() } });
