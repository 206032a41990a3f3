import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// No float touches money: text becomes an amount in the core or through Money, and only Money prints it.
const noFloatMoney = [
  { selector: "CallExpression[callee.name='parseFloat']", message: 'Amounts are bigint minor units: use Money.' },
  {
    selector: "MemberExpression[property.name='parseFloat']",
    message: 'Amounts are bigint minor units: use Money.',
  },
  {
    selector: "CallExpression[callee.name='Number']",
    message: 'Number() makes floats: use Money or BigInt, or parseInt for counts.',
  },
  { selector: "MemberExpression[property.name='toFixed']", message: 'toFixed rounds floats: use Money.' },
];

export default ts.config(
  {
    ignores: [
      'dist',
      'node_modules',
      'src/paraglide',
      'test-results',
      'playwright-report',
      'src/lib/backend/bindings.ts',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-undef': 'off',
      'no-restricted-syntax': ['error', ...noFloatMoney],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@tauri-apps/*'], message: 'Only src/lib/backend talks to Tauri.' }] },
      ],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  { files: ['src/lib/backend/**'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.test.ts', 'e2e/**', 'tests/**'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['scripts/**', 'tests/*.mjs', '*.config.*'], languageOptions: { globals: { ...globals.node } } },
);
