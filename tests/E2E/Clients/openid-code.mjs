// openid-client: an app that registers itself, asks for consent in the browser, refreshes, and whose used refresh token comes again: at once
// from its own second process, and later from somebody else.
import * as client from 'openid-client';
import { ask, errorOf, issuer, listen, options, say } from './connect.mjs';

const metadata = {
  client_name: 'Desk assistant', redirect_uris: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_post',
};
const config = await client.dynamicClientRegistration(issuer, metadata, undefined, options);
const { redirect, answer, close } = await listen();
const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: redirect, scope: 'read:workflows execute:workflows', state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
});
say('open', url.href);

const came = await answer;
say('came', came.href);
close();
const first = await client.authorizationCodeGrant(config, came, { pkceCodeVerifier: verifier, expectedState: state });
const second = await client.refreshTokenGrant(config, first.refresh_token);
const fewer = await client.refreshTokenGrant(config, second.refresh_token, { scope: 'read:workflows' });
say('tokens', [first, second, fewer].map(tokens => ({ lifetime: tokens.expires_in, scope: tokens.scope })));

const look = async () => ({
  asked: await ask(fewer.access_token),
  access: (await client.tokenIntrospection(config, fewer.access_token)).active,
  refresh: (await client.tokenIntrospection(config, fewer.refresh_token)).active,
});
say('before', await look());
const twin = await client.refreshTokenGrant(config, first.refresh_token);
say('twin', twin.refresh_token === second.refresh_token && twin.access_token !== second.access_token);
let replay = await errorOf(client.refreshTokenGrant(config, first.refresh_token));
say('waits', 'until a minute has passed');
for (; replay !== 'invalid_grant'; replay = await errorOf(client.refreshTokenGrant(config, first.refresh_token))) await new Promise(resolve => setTimeout(resolve, 50));
say('replay', replay);
say('after', await look());
say('newest', await errorOf(client.refreshTokenGrant(config, fewer.refresh_token)));
