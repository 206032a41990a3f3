// Holds the translations together: every key in every language, with the same variables, in one file only.
// With --used also that every key is shown somewhere.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const languages = readdirSync(join(root, 'messages')).sort();
const faults = [];

const words = Object.fromEntries(languages.map((language) => [language, readLanguage(language)]));
const used = readSources(join(root, 'src')).join('\n');
const base = words.en;

for (const language of languages) {
  for (const [key, { text, file }] of base) {
    const other = words[language].get(key);
    if (other === undefined) faults.push(`${language}/${file}: ${key} is not translated`);
    else if (variables(other.text) !== variables(text))
      faults.push(`${language}/${other.file}: ${key} has other variables than en`);
  }
  for (const [key, { file }] of words[language])
    if (!base.has(key)) faults.push(`${language}/${file}: ${key} is not in en`);
}
for (const [key, { file }] of process.argv.includes('--used') ? base : []) {
  if (!new RegExp(`\\bm\\.${key}\\b`).test(used)) faults.push(`en/${file}: ${key} is never shown`);
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exit(1);
}

function readLanguage(language) {
  const found = new Map();
  for (const file of readdirSync(join(root, 'messages', language))) {
    const entries = JSON.parse(readFileSync(join(root, 'messages', language, file), 'utf8'));
    for (const [key, value] of Object.entries(entries)) {
      if (found.has(key)) faults.push(`${language}/${file}: ${key} is also in ${found.get(key).file}`);
      found.set(key, { text: JSON.stringify(value), file });
    }
  }
  return found;
}

function variables(text) {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort().join(' ');
}

function readSources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    if (item.isDirectory()) return item.name === 'paraglide' ? [] : readSources(path);
    return /\.(ts|svelte)$/.test(item.name) ? [readFileSync(path, 'utf8')] : [];
  });
}
