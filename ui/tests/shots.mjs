// Pictures of fixture scenarios, light and dark, at each size: `npm run shots -- sell.cart#/sell …`, into test-results/shots.
// `sell.cart@de#/sell` is in German. SHOTS=1024-light,1280-dark draws only those.
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import AxeBuilder from '@axe-core/playwright';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1024, height: 600 },
  // 1280×800 magnified to 200 %.
  { width: 640, height: 400 },
];
const only = process.env.SHOTS ?? '';
const folder = 'test-results/shots';
mkdirSync(folder, { recursive: true });

// The fonts lie among the node modules, which may be a link to a folder elsewhere.
const server = await createServer({ server: { port: 0, strictPort: false, fs: { strict: false } } });
await server.listen();
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
});

let faults = 0;
for (const wanted of process.argv.slice(2)) {
  const [scenario, route = ''] = wanted.split('#');
  for (const size of SIZES) {
    for (const colorScheme of ['light', 'dark']) {
      if (only === '' || only.includes(`${size.width}-${colorScheme}`)) await shoot(scenario, route, size, colorScheme);
    }
  }
}
await browser.close();
await server.close();
process.exit(faults === 0 ? 0 : 1);

async function shoot(scenario, route, size, colorScheme) {
  const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const name = `${scenario}${route.replaceAll('/', '-')}-${size.width}-${colorScheme}`;
  page.on('pageerror', (error) => report(name, error.message));
  page.on('console', (message) => message.type() === 'error' && report(name, message.text()));
  await page.goto(`${address}tests/harness.html?scenario=${scenario.replace('@', '&language=')}#${route}`);
  await page.waitForSelector('main > *');
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  for (const overflow of await page.evaluate(overflows)) report(name, overflow);
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  for (const violation of violations) {
    report(name, `axe ${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(' | ')}`);
  }
  await context.close();
}

// A box that is wider than the window, or a screen taller than its room.
function overflows() {
  const root = document.documentElement;
  const found = [];
  const magnified = root.clientWidth < 960;
  if (root.scrollWidth > root.clientWidth) found.push('the page overflows sideways');
  if (!magnified && root.scrollHeight > root.clientHeight) found.push('the page overflows');
  const main = document.querySelector('main');
  if (main !== null && (main.scrollHeight > main.clientHeight + 1 || main.scrollWidth > main.clientWidth + 1)) {
    found.push(`main overflows: ${main.scrollWidth}x${main.scrollHeight} in ${main.clientWidth}x${main.clientHeight}`);
  }
  return found;
}

function report(name, fault) {
  faults += 1;
  process.stdout.write(`${name}: ${fault}\n`);
}
