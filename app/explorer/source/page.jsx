import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { setNonce } from 'get-nonce';
import { GraphiQL } from 'graphiql';
import { buildClientSchema, buildSchema, getIntrospectionQuery } from 'graphql';
import { useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';

import 'graphiql/style.css';
import './page.css';

// What the house gives with the page: where the schema is, unless it has to be asked for; the examples of each consumer;
// and, in development, people to ask as.
const { nonce, sdl, consumers, people } = JSON.parse(document.getElementById('given').textContent);
setNonce(nonce);

const STRANGER = { label: 'nobody: a stranger', token: null };
const address = new URL('graphql', document.baseURI);
const socket = new URL(address);
socket.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';

// Tabs, edits and choices live as long as the window does, apart for each consumer; no token is kept anywhere.
const chosen = (what) => Number(sessionStorage.getItem(what) ?? 0);
const consumer = consumers[chosen('consumer')] ?? { name: 'empty' };
const drawer = {
  getItem: (key) => sessionStorage.getItem(`${consumer.name}/${key}`),
  setItem: (key, value) => sessionStorage.setItem(`${consumer.name}/${key}`, value),
  removeItem: (key) => sessionStorage.removeItem(`${consumer.name}/${key}`),
  clear: () => sessionStorage.clear(),
  get length() {
    return sessionStorage.length;
  },
};

// Every request has a key of its own, so a mutation can be sent as it stands.
const send = (url, options) => {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0'));
  return fetch(url, { ...options, headers: { 'idempotency-key': key.join(''), ...options.headers } });
};

const fetcherFor = ({ token }) => {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  return createGraphiQLFetcher({
    url: address.href,
    subscriptionUrl: socket.href,
    fetch: send,
    headers,
    wsConnectionParams: headers,
    enableIncrementalDelivery: false,
  });
};

async function readSchema(fetcher) {
  if (sdl) {
    const response = await fetch(sdl);
    return buildSchema(await response.text(), { assumeValid: true, assumeValidSDL: true, noLocation: true });
  }
  const answer = await fetcher({ query: getIntrospectionQuery({ inputValueDeprecation: true }) });
  return answer.data ? buildClientSchema(answer.data) : null;
}

function Choice({ label, options, value, choose }) {
  return (
    <label className="choice">
      {label}
      <select aria-label={label} value={value} onChange={(event) => choose(Number(event.target.value))}>
        {options.map((option, index) => (
          <option key={option} value={index}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

const everybody = [STRANGER, ...people];

// GraphiQL keeps its tabs outside of what is mounted anew, so other tabs are another page.
function chooseConsumer(index) {
  sessionStorage.setItem('consumer', index);
  location.reload();
}

function Explorer() {
  const [person, setPerson] = useState(everybody[chosen('person')] ? chosen('person') : 0);
  const [schema, setSchema] = useState(null);
  const fetcher = useMemo(() => fetcherFor(everybody[person]), [person]);
  const choosePerson = (index) => {
    sessionStorage.setItem('person', index);
    setPerson(index);
  };
  useEffect(() => {
    // Where only registered documents are answered, some people see no schema and others do.
    if (!schema) readSchema(fetcher).then(setSchema, () => setSchema(null));
  }, [fetcher, schema]);
  return (
    <>
      <header>
        <h1>Cercle</h1>
        {consumers.length > 0 && (
          <Choice
            label="Examples"
            options={consumers.map((one) => one.name)}
            value={consumers.indexOf(consumer)}
            choose={chooseConsumer}
          />
        )}
        {people.length > 0 && (
          <Choice label="Ask as" options={everybody.map((one) => one.label)} value={person} choose={choosePerson} />
        )}
      </header>
      <GraphiQL
        fetcher={fetcher}
        schema={schema}
        storage={drawer}
        defaultTabs={consumer.tabs}
        defaultTheme="light"
        showPersistHeadersSettings={false}
      >
        <GraphiQL.Logo>
          <></>
        </GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}

createRoot(document.getElementById('root')).render(<Explorer />);
