// A small MCP server that knows nothing of OAuth: who guards it says whose request it is.
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

createServer(async (request, response) => {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Whose request this is.' }, () => ({
    content: [{ type: 'text', text: `${request.headers['x-latchkey-owner']} ${request.headers['x-latchkey-permissions']}` }],
  }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on('close', () => { transport.close(); server.close(); });
  await server.connect(transport);
  await transport.handleRequest(request, response);
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
