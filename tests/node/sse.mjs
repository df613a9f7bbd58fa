// GraphQL over server-sent events at CERCLE_URL, in distinct connections, by the client of its authors.
import { createClient, NetworkError } from 'graphql-sse';

const { CERCLE_URL, LISTING, TOKEN } = process.env;
const PATIENCE = 10_000;
const WATCH = 'subscription ($id: ID!) { listingChanged(by: { id: $id }) { cursor listing { price { amount } } } }';
const REPRICE = `mutation ($input: ListingRepriceInput!) { listingReprice(input: $input) { __typename } }`;

const audits = [];
const audit = (name, check) => audits.push({ name, check });
const expect = (found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
};
const client = (headers = {}) => createClient({ url: CERCLE_URL, retryAttempts: 0, headers });
const all = async (asking, one) => {
  const results = [];
  for await (const result of asking.iterate(one)) results.push(result);
  return results;
};
const post = (body, headers = {}) =>
  fetch(CERCLE_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body),
  });

audit('A query is one event, and complete', async () => {
  const [one, ...more] = await all(client(), { query: '{ brands(first: 1) { nodes { __typename } } }' });
  expect([Object.keys(one.data), more], [['brands'], []]);
});
audit('An event stream says what it is, and that nobody is to keep it', async () => {
  const response = await post({ query: '{ __typename }' });
  const { headers } = response;
  expect([response.status, headers.get('content-type'), headers.get('cache-control')], [200, 'text/event-stream; charset=utf-8', 'no-store']);
  const events = (await response.text()).split('\n\n').filter((one) => one.startsWith('event')).map((one) => one.split('\n')[0]);
  expect(events, ['event: next', 'event: complete']);
});
audit('What is wrong with an operation is an event with errors, and complete', async () => {
  for (const query of ['{', '{ nonsense }', 'subscription { walletChanged { cursor } }']) {
    const [one, ...more] = await all(client(), { query });
    expect([typeof one.errors[0].extensions.code, 'data' in one, more], ['string', false, []]);
  }
});
audit('A subscription tells of a mutation that came over another stream', async () => {
  const asking = client({ authorization: `Bearer ${TOKEN}` });
  const changes = asking.iterate({ query: WATCH, variables: { id: LISTING } });
  const before = (await changes.next()).value.data.listingChanged.listing.price.amount;
  const amount = `${Number(before) - 1}.00`;
  const input = { listingId: LISTING, price: { amount, currencyCode: 'EUR' }, reason: 'COMPETITION', clientMutationKey: `sse-${amount}` };
  const [{ data }] = await all(asking, { query: REPRICE, variables: { input } });
  expect(data.listingReprice.__typename, 'Listing');
  expect((await changes.next()).value.data.listingChanged.listing.price.amount, amount);
  await changes.return();
});
audit('A credential that is none is refused before the stream begins', async () => {
  try {
    await all(client({ authorization: 'Bearer nobody' }), { query: '{ __typename }' });
  } catch (error) {
    expect([error instanceof NetworkError, error.response.status], [true, 401]);
    return;
  }
  throw new Error('it was let in');
});
audit('What is no request is refused before the stream begins', async () => {
  expect([(await post([])).status, (await post({})).status], [400, 400]);
  expect((await post({ query: '{ __typename }' }, { 'content-type': 'text/plain' })).status, 415);
  expect((await fetch(CERCLE_URL, { headers: { accept: 'text/event-stream' } })).status, 405);
});

const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error('it took too long')), PATIENCE).unref());
const told = await Promise.all(
  audits.map(async ({ name, check }) => {
    try {
      await Promise.race([check(), late()]);
      return { name, status: 'ok' };
    } catch (error) {
      return { name, status: 'error', reason: `${error?.stack ?? JSON.stringify(error)}` };
    }
  }),
);
console.log(JSON.stringify(told));
process.exit(0);
