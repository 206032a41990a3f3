/** Shows one scenario of fixtures: `tests/harness.html?scenario=NAME#/ROUTE`, under `npm run dev` only. */
import { mount } from 'svelte';
import App from '../src/App.svelte';
import '../src/lib/design/base.css';
import { followSystemTheme } from '../src/lib/shell/theme';
import { FixtureBackend, type Replies } from './fixture-backend';
import { status } from './fixtures/status';

/** Each file in scenarios/ exports replies by name; the file's own name comes first: `sell.cart`. */
const files = import.meta.glob<Record<string, Replies>>('./scenarios/*.ts', { eager: true });

function repliesOf(scenario: string): Replies {
  const [file = '', name = ''] = scenario.split('.');
  return files[`./scenarios/${file}.ts`]?.[name] ?? {};
}

/** The scenario in another language: `scenario=sell.cart&language=de`. */
function inLanguage(replies: Replies, language: string | null): Replies {
  if (language === null) return replies;
  const told = replies.status ?? (() => status());
  return { ...replies, status: async (request) => ({ ...(await told(request)), language }) };
}

followSystemTheme();
const query = new URLSearchParams(location.search);
const backend = new FixtureBackend(inLanguage(repliesOf(query.get('scenario') ?? ''), query.get('language')));
Object.assign(globalThis, { backend });
mount(App, { target: document.getElementById('app') as HTMLElement, props: { backend } });
