// Apollo Client with persisted queries against CERCLE_URL, and what it sent: by POST, then by GET.
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

const { CERCLE_URL, MARK } = process.env;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const sent = [];

const fetchFn = async (url, options) => {
  const asked = options.method === 'GET' ? Object.fromEntries(new URL(url).searchParams) : JSON.parse(options.body);
  const response = await fetch(url, options);
  const answer = await response.clone().json();
  sent.push({
    method: options.method,
    text: 'query' in asked,
    hash: 'extensions' in asked,
    status: response.status,
    code: answer.errors?.[0].extensions.code ?? null,
  });
  return response;
};

const client = (useGETForHashedQueries) =>
  new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      new PersistedQueryLink({ sha256, useGETForHashedQueries }),
      new HttpLink({ uri: CERCLE_URL, fetch: fetchFn, headers: { 'apollo-require-preflight': 'true' } }),
    ]),
  });

// The mark makes it a query that nobody has sent before.
const query = gql(`query Mark${MARK}($first: Int) { brands(first: $first) { nodes { name } } }`);
const answers = [];
for (const byGet of [false, false, true]) {
  const { data } = await client(byGet).query({ query, variables: { first: 1 } });
  answers.push(data);
}
console.log(JSON.stringify({ sent, answers }));
