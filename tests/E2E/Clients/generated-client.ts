// A client of the types that openapi-typescript generates. The compiler checks it against them, then it is run.
import createClient from 'openapi-fetch';
import type { components, paths } from './openapi.d.ts';

declare const process: { env: Record<string, string> };
const { ORIGIN, CALLER, GOOD, REVOKED, CLIENT_ID, CLIENT_SECRET } = process.env;
const client = createClient<paths>({ baseUrl: ORIGIN });

async function verify(key: string): Promise<components['schemas']['Verification']> {
  const { data, error } = await client.POST('/api/v1/keys/verify', { headers: { 'X-API-Key': CALLER }, body: { key, permission: 'read', explain: false } });
  if (!data) {
    throw new Error(error.code);
  }
  return data;
}

async function introspect(token: string): Promise<components['schemas']['Introspection']> {
  const { data, error } = await client.POST('/oauth/introspect', { body: { token, client_id: CLIENT_ID, client_secret: CLIENT_SECRET } });
  if (!data) {
    throw new Error('error' in error ? error.error : error.code);
  }
  return data;
}

const [good, revoked] = [await verify(GOOD), await verify(REVOKED)];
console.log('verified', good.valid, good.code, good.owner?.type, good.permissions?.join(), good.expires_at === null);
console.log('refused', revoked.valid, revoked.code, revoked.owner?.name ?? 'nobody');

const issued = await client.POST('/oauth/token', { body: { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: CLIENT_SECRET } });
const [active, inactive] = [await introspect(issued.data!.access_token), await introspect('nonsense')];
console.log('introspected', active.active, active.client_id === CLIENT_ID, inactive.active, inactive.exp ?? 'never');
