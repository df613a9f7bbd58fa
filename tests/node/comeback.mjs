// Two clients watch an offer at FIRST_URL, each by its own protocol. Once both see it, the process there is told to stop;
// they come back to SECOND_URL by themselves, each after the last cursor that it was given, and see what happened meanwhile.
import { createClient as overWebSocket } from 'graphql-ws';
import { createClient as overEvents } from 'graphql-sse';
import WebSocket from 'ws';

const { FIRST_URL, SECOND_URL, FIRST_PID, LISTING, TOKEN } = process.env;
const WATCH = `subscription ($id: ID!, $after: String) {
  listingChanged(by: { id: $id }, after: $after) { cursor listing { price { amount } } }
}`;
const REPRICE = `mutation ($input: ListingRepriceInput!) { listingReprice(input: $input) { __typename } }`;

let url = FIRST_URL;
let left;
const closed = new Promise((done) => { left = done; });
const clients = [
  overWebSocket({
    url: () => url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 20,
    retryWait: () => new Promise((done) => setTimeout(done, 200)),
    on: { closed: (event) => left(event.code) },
  }),
  overEvents({ url: () => url, retryAttempts: 20, retry: () => new Promise((done) => setTimeout(done, 200)) }),
];

const watch = async (client) => {
  const variables = { id: LISTING };
  const seen = [];
  const changes = client.iterate({ query: WATCH, variables });
  for await (const { data, errors } of changes) {
    if (errors) throw new Error(JSON.stringify(errors));
    // The next attempt sends the same object again.
    variables.after = data.listingChanged.cursor;
    seen.push(data.listingChanged.listing.price.amount);
    if (seen.length === 1) first();
    if (seen.length === 2) return seen;
  }
  throw new Error('it was completed');
};

let waiting = clients.length;
const first = async () => {
  if (--waiting) return;
  url = SECOND_URL;
  process.kill(Number(FIRST_PID), 'SIGTERM');
  // Until it is gone a client may see there what happens here.
  await closed;
  const input = { listingId: LISTING, price: { amount: '900.00', currencyCode: 'EUR' }, reason: 'COMPETITION', clientMutationKey: 'comeback' };
  await fetch(SECOND_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query: REPRICE, variables: { input } }),
  });
};

const seen = await Promise.all(clients.map(watch));
console.log(JSON.stringify({ seen, code: await closed }));
process.exit(0);
