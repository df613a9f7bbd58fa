// GraphQL over WebSocket at CERCLE_URL by the client of its authors: what goes well through their client, what must not
// go well through a bare socket, and every message of the server through their own validation.
import { createClient, parseMessage, CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL as PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';

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

// A bare socket: what it is sent, and how it ends.
const open = (protocols = [PROTOCOL]) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(CERCLE_URL, protocols);
    const messages = [];
    const waiting = [];
    const closed = new Promise((done) => socket.once('close', (code, reason) => done({ code, reason: `${reason}` })));
    socket.on('message', (data) => {
      const message = parseMessage(`${data}`);
      waiting.length ? waiting.shift()(message) : messages.push(message);
    });
    const bare = {
      socket,
      closed,
      send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      next: () => (messages.length ? Promise.resolve(messages.shift()) : new Promise((done) => waiting.push(done))),
    };
    socket.once('open', () => resolve(bare));
    socket.once('error', reject);
  });
const initiated = async () => {
  const bare = await open();
  bare.send({ type: 'connection_init' });
  expect(await bare.next(), { type: 'connection_ack' });
  return bare;
};
const client = (connectionParams) => createClient({ url: CERCLE_URL, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams });
const all = async (asking, one) => {
  const results = [];
  for await (const result of asking.iterate(one)) results.push(result);
  return results;
};

audit('The subprotocol of the client is the one that is spoken', async () => {
  const bare = await open(['another', PROTOCOL]);
  expect(bare.socket.protocol, PROTOCOL);
  bare.socket.close();
});
audit('Without a subprotocol that is known the connection ends with 4406', async () => {
  const bare = await open([]);
  expect((await bare.closed).code, CloseCode.SubprotocolNotAcceptable);
});
audit('An initialisation is acknowledged', async () => (await initiated()).socket.close());
audit('Without an initialisation in time the connection ends with 4408', async () => {
  expect(await (await open()).closed, {
    code: CloseCode.ConnectionInitialisationTimeout,
    reason: 'Connection initialisation timeout',
  });
});
audit('A second initialisation ends it with 4429', async () => {
  const bare = await initiated();
  bare.send({ type: 'connection_init' });
  expect(await bare.closed, {
    code: CloseCode.TooManyInitialisationRequests,
    reason: 'Too many initialisation requests',
  });
});
audit('An operation before the acknowledgement ends it with 4401', async () => {
  const bare = await open();
  bare.send({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
  expect(await bare.closed, { code: CloseCode.Unauthorized, reason: 'Unauthorized' });
});
audit('A credential that is none ends it with 4403', async () => {
  const bare = await open();
  bare.send({ type: 'connection_init', payload: { authorization: 'Bearer nobody' } });
  expect((await bare.closed).code, CloseCode.Forbidden);
});
audit('What is no message ends it with 4400', async () => {
  for (const message of ['{', '[]', '"ping"', '{"type":"hello"}', '{"type":"subscribe","payload":{"query":""}}']) {
    const bare = await initiated();
    bare.send(message);
    expect((await bare.closed).code, CloseCode.BadRequest);
  }
});
audit('An operation that is no object, or has no document, ends it with 4400', async () => {
  for (const payload of [undefined, null, 'query', {}, { query: 7 }, { query: '{ __typename }', variables: [] }]) {
    const bare = await initiated();
    bare.send({ id: '1', type: 'subscribe', payload });
    expect((await bare.closed).code, CloseCode.BadRequest);
  }
});
audit('An id that is in use ends it with 4409', async () => {
  const bare = await initiated();
  const message = { id: 'mine', type: 'subscribe', payload: { query: WATCH, variables: { id: LISTING } } };
  bare.send(message);
  expect((await bare.next()).type, 'next');
  bare.send(message);
  expect(await bare.closed, {
    code: CloseCode.SubscriberAlreadyExists,
    reason: 'Subscriber for mine already exists',
  });
});
audit('A ping is answered by a pong with its payload, also before the initialisation', async () => {
  const bare = await open();
  bare.send({ type: 'ping', payload: { at: 7 } });
  expect(await bare.next(), { type: 'pong', payload: { at: 7 } });
  bare.socket.close();
});
audit('A pong that nobody asked for is heard in silence', async () => {
  const bare = await initiated();
  bare.send({ type: 'pong' });
  bare.send({ type: 'ping' });
  expect(await bare.next(), { type: 'pong' });
  bare.socket.close();
});
audit('A query is answered once and is complete', async () => {
  const asking = client();
  const [one, ...more] = await all(asking, { query: 'query ($first: Int) { brands(first: $first) { nodes { __typename } } }', variables: { first: 1 } });
  expect([Object.keys(one.data), more], [['brands'], []]);
  await asking.dispose();
});
audit('What is wrong with an operation is told as its error, and the connection stays', async () => {
  const bare = await initiated();
  for (const query of ['{', '{ nonsense }', 'query ($id: ID!) { brand(by: { id: $id }) { id } }']) {
    bare.send({ id: 'wrong', type: 'subscribe', payload: { query } });
    const { id, type, payload } = await bare.next();
    expect([id, type, typeof payload[0].message], ['wrong', 'error', 'string']);
  }
  bare.socket.close();
});
audit('A subscription tells of a mutation that came over the same connection', async () => {
  const asking = client({ authorization: `Bearer ${TOKEN}` });
  const changes = asking.iterate({ query: WATCH, variables: { id: LISTING } });
  const before = (await changes.next()).value.data.listingChanged.listing.price.amount;
  const amount = `${Number(before) - 1}.00`;
  const input = { listingId: LISTING, price: { amount, currencyCode: 'EUR' }, reason: 'COMPETITION', clientMutationKey: `audit-${amount}` };
  const [{ data }] = await all(asking, { query: REPRICE, variables: { input } });
  expect(data.listingReprice.__typename, 'Listing');
  expect((await changes.next()).value.data.listingChanged.listing.price.amount, amount);
  await changes.return();
  await asking.dispose();
});
audit('An operation that the client completes is over, and its id may be used again', async () => {
  const bare = await initiated();
  for (const turn of [1, 2]) {
    bare.send({ id: 'again', type: 'subscribe', payload: { query: WATCH, variables: { id: LISTING } } });
    const { id, type } = await bare.next();
    expect([turn, id, type], [turn, 'again', 'next']);
    bare.send({ id: 'again', type: 'complete' });
  }
  bare.send({ type: 'ping' });
  expect(await bare.next(), { type: 'pong' });
  bare.socket.close();
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
