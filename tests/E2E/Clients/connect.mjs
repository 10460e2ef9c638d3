// What the programs here share: where they look for the authorization server, and how they tell the test how far they are.
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as client from 'openid-client';

export const issuer = process.env.ISSUER && new URL(process.env.ISSUER);

// Discovery by RFC 8414. Tests speak plain HTTP on the loopback interface.
export const options = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] };

export const say = (what, value) => console.log(`${what} ${typeof value === 'string' ? value : JSON.stringify(value)}`);

/** Listens on a free port of the loopback interface for an answer from the browser (RFC 8252 section 7.3). */
export async function listen() {
  let came;
  const answer = new Promise(resolve => { came = resolve; });
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end('<!doctype html><title>App</title><link rel="icon" href="data:,"><h1>Back in the app</h1>');
    if (request.url.startsWith('/callback?')) came(new URL(request.url, address));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}`;
  return { redirect: `${address}/callback`, answer, close: () => server.close() };
}

/** What a proxy is told of a token. */
export async function ask(token) {
  const answer = await fetch(new URL('/forward-auth', issuer), { headers: { authorization: `Bearer ${token}` } });
  return `${answer.status} ${answer.headers.get('x-latchkey-code')}`;
}

/** The error that a call ends with. */
export const errorOf = call => call.then(() => null, error => error.error ?? error.code ?? String(error));
