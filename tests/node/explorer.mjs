// A person's way through the page at CERCLE_URL in a real Chromium, cut off from every other machine.
import { chromium } from 'playwright-core';

const { CERCLE_URL, CHROMIUM, SCREENSHOT } = process.env;
const abroad = [];
const complaints = [];

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 860 } });
page.setDefaultTimeout(60_000);
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
page.on('pageerror', (error) => complaints.push(String(error)));
await page.route('**/*', (route) => {
  const url = new URL(route.request().url());
  if (['127.0.0.1', ''].includes(url.hostname)) return route.continue();
  abroad.push(url.href);
  return route.abort();
});

await page.addInitScript(() => {
  window.result = () => document.querySelector('.result-window .CodeMirror')?.CodeMirror;
});
const answer = async () => {
  await page.evaluate(() => result()?.setValue(''));
  await page.keyboard.press('Control+Enter');
  await page.waitForFunction(() => result()?.getValue());
  return JSON.parse(await page.evaluate(() => result().getValue()));
};
const write = async (text) => {
  await page.evaluate((query) => {
    document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(query);
  }, text);
  await page.waitForFunction((query) => {
    const editor = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror;
    return editor.documentAST?.loc.source.body === query;
  }, text);
  await page.focus('.graphiql-query-editor textarea');
};
const ready = () =>
  // The schema has come when what the query asks for can be explained.
  page.waitForFunction(() => document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror.options.lint?.schema);
const choices = (label) => page.getByLabel(label, { exact: true }).locator('option').allTextContents();
const tabs = () => page.locator('.graphiql-tab-button').allTextContents();

await page.goto(CERCLE_URL);
await page.getByLabel('Examples', { exact: true }).waitFor();
await ready();
await page.focus('.graphiql-query-editor textarea');

const told = { consumers: await choices('Examples'), people: await choices('Ask as'), tabs: await tabs() };
told.example = await answer();
if (SCREENSHOT) {
  await page.waitForTimeout(300);
  await page.screenshot({ path: SCREENSHOT });
}
await page.getByRole('button', { name: /settings/i }).click();
await page.getByRole('dialog').waitFor();
await page.keyboard.press('Escape');
await write('{ viewer { email } }');
told.stranger = await answer();
await page.getByLabel('Ask as', { exact: true }).selectOption({ index: 1 });
await write('{ viewer { email } } ');
told.person = await answer();
await write('subscription { walletChanged { __typename } }');
told.watched = await answer();
await page.getByLabel('Examples', { exact: true }).selectOption({ index: 1 });
await page.waitForFunction(() => !document.querySelector('.graphiql-tab')?.textContent.includes('Listings'));
await ready();
told.others = await tabs();
told.kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));

await browser.close();
console.log(JSON.stringify({ ...told, abroad, complaints }));
