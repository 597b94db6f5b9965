import type { AddressInfo } from 'node:net';
import { RPCServer } from 'ocpp-rpc';

/** npm's `ocpp-rpc` as its page shows it, in strict mode; answers from memory and keeps nothing. */
const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
let transactionId = 0;
server.auth((accept) => accept());
server.on('client', (client) => {
  client.handle('BootNotification', () => ({ status: 'Accepted', interval: 300, currentTime: new Date().toISOString() }));
  client.handle('Heartbeat', () => ({ currentTime: new Date().toISOString() }));
  client.handle('StartTransaction', () => ({ transactionId: ++transactionId, idTagInfo: { status: 'Accepted' } }));
  client.handle('MeterValues', () => ({}));
});
const listening = await server.listen(0, '127.0.0.1');
process.send?.((listening.address() as AddressInfo).port); // A TCP server's address is no string.
