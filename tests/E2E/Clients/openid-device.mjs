// openid-client: a command line that a person connects on another screen.
import * as client from 'openid-client';
import { issuer, options, say } from './connect.mjs';

const config = await client.discovery(issuer, 'latchkey-cli', undefined, client.None(), options);
const device = await client.initiateDeviceAuthorization(config, { scope: 'api' });
say('device', device);
const tokens = await client.pollDeviceAuthorizationGrant(config, device);
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
say('token', { lifetime: tokens.expires_in, scope: tokens.scope, refreshed: refreshed.access_token });
