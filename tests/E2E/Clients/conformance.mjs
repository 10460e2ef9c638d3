// The conformance suite of the Model Context Protocol, against an authorization server.
const { ISSUER, CLIENT_ID, RESOURCE, PORT } = process.env;
process.argv.push('authorization', '--url', ISSUER, '--client-id', CLIENT_ID, '--resource', RESOURCE, '--port', PORT);
await import('./node_modules/@modelcontextprotocol/conformance/dist/index.js');
