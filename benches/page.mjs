// /chat signed in, cold cache: bytes on the wire, requests, and the time to `data-hydrated` against the first contentful paint.
// Prints JSON. node benches/page.mjs <base url> <cookie name=value>
import { chromium } from '@playwright/test';

const [base, cookie] = process.argv.slice(2);
const RUNS = 5;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const runs = [];
for (let run = 0; run < RUNS; run += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const split = cookie.indexOf('=');
  await context.addCookies([{ name: cookie.slice(0, split), value: cookie.slice(split + 1), url: base }]);
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  wire.on('Network.requestWillBeSent', (event) => { if (event.request.url.startsWith('http')) requests += 1; });
  wire.on('Network.loadingFinished', (event) => { bytes += event.encodedDataLength; });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.documentElement?.dataset.hydrated === 'true') { window.hydratedAt = performance.now(); observer.disconnect(); }
    }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-hydrated'] });
  });
  await page.goto(`${base}/chat`, { waitUntil: 'load' });
  await page.waitForFunction(() => window.hydratedAt);
  await page.waitForLoadState('networkidle');
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  const hydrated = await page.evaluate(() => window.hydratedAt);
  runs.push({ bytes, requests, paint, hydrated });
  await context.close();
}
await browser.close();
console.log(JSON.stringify({
  bytes: median(runs.map((run) => run.bytes)),
  requests: median(runs.map((run) => run.requests)),
  paint: median(runs.map((run) => run.paint)),
  hydrated: median(runs.map((run) => run.hydrated)),
}));
