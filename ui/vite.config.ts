import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const words = paraglideVitePlugin({
  project: './project.inlang',
  outdir: './src/paraglide',
  outputStructure: 'locale-modules',
  strategy: ['globalVariable', 'baseLocale'],
});

export default defineConfig({
  plugins: [
    // Unit tests read the words that `npm run words` compiled: this plugin keeps their process from ending.
    ...(process.env.VITEST ? [] : [words]),
    svelte(),
  ],
  clearScreen: false,
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  // The page's content security policy allows neither inline scripts nor data: fonts, so nothing is inlined.
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    // Whoever builds the till is not told which plugin was slow.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  resolve: {
    alias: {
      $words: fileURLToPath(new URL('src/lib/words/index.ts', import.meta.url)),
      $lib: fileURLToPath(new URL('src/lib', import.meta.url)),
    },
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
});
