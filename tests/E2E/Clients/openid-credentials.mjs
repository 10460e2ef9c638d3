// openid-client: metadata, client credentials, introspection, revocation.
import * as client from 'openid-client';
import { ask, errorOf, issuer, options, say } from './connect.mjs';

const { CLIENT_ID, CLIENT_SECRET } = process.env;
const [basic, post] = await Promise.all([client.ClientSecretBasic(CLIENT_SECRET), client.ClientSecretPost(CLIENT_SECRET)]
  .map(auth => client.discovery(issuer, CLIENT_ID, undefined, auth, options)));
say('metadata', basic.serverMetadata());

for (const config of [basic, post]) {
  const tokens = await client.clientCredentialsGrant(config, { scope: 'read:workflows' });
  const [before, active] = [await ask(tokens.access_token), await client.tokenIntrospection(config, tokens.access_token)];
  await client.tokenRevocation(config, tokens.access_token);
  const [after, inactive] = [await ask(tokens.access_token), await client.tokenIntrospection(config, tokens.access_token)];
  say('token', { type: tokens.token_type, lifetime: tokens.expires_in, scope: tokens.scope, refresh: tokens.refresh_token ?? null, before, active, after, inactive });
}

say('error', await errorOf(client.clientCredentialsGrant(basic, { scope: 'write:workflows' })));
