import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from 'soap';

/** The npm package `soap` behind the same service description, given as the first message; it keeps nothing and answers at once. */
const [description] = await once(process, 'message');
const server = createServer((_request, response) => response.writeHead(404).end());
const service = {
  CentralSystemService: {
    CentralSystemServiceSoap12: {
      Heartbeat: () => ({ currentTime: new Date().toISOString() }),
      MeterValues: () => ({}),
    },
  },
};
listen(server, '/soap', service, String(description));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port)); // A TCP server's address is no string.
