// An MCP client that is told nothing but the server's address: all else its own code finds out.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { listen, say } from './connect.mjs';

const { redirect, answer, close } = await listen();
const kept = {};
const authProvider = {
  redirectUrl: redirect,
  clientMetadata: { client_name: 'Desk assistant', redirect_uris: [redirect], grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none' },
  clientInformation: () => kept.client,
  saveClientInformation: client => { kept.client = client; },
  tokens: () => kept.tokens,
  saveTokens: tokens => { kept.tokens = tokens; },
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: verifier => { kept.verifier = verifier; },
  redirectToAuthorization: url => say('open', url.href),
};

// Each request that it sends, and what it is answered.
const fetching = async (url, init) => {
  const response = await fetch(url, init);
  say('sent', `${init?.method ?? 'GET'} ${new URL(url).pathname} ${response.status}`);
  if (response.status === 401) say('challenge', response.headers.get('www-authenticate'));
  return response;
};
const server = new URL(process.env.SERVER);
const open = () => new StreamableHTTPClientTransport(server, { authProvider, fetch: fetching });

const client = new Client({ name: 'assistant', version: '1.0.0' });
const first = open();
await client.connect(first).catch(error => { if (!(error instanceof UnauthorizedError)) throw error; });
const came = await answer;
close();
await first.finishAuth(came.searchParams.get('code'));
const second = open();
await client.connect(second);
const result = await client.callTool({ name: 'whoami', arguments: {} });
say('answer', result.content[0].text);
say('token', kept.tokens.access_token);
await client.close();
