// The audits of GraphQL over HTTP by the authors of graphql-http, against CERCLE_URL.
import { auditServer } from 'graphql-http';

// This house reads by GET only what no page of another site can send unasked.
const fetchFn = (url, options = {}) =>
  fetch(url, { ...options, headers: { ...options.headers, 'GraphQL-Require-Preflight': 'audit' } });

const results = await auditServer({ url: process.env.CERCLE_URL, fetchFn });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
