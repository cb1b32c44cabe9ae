// A blind relay: a server that links the UDX streams of two peers that name the same token.
import { attach } from './duplex.mjs';
import { hex, keyPair } from './keys.mjs';

export function register(driver) {
  driver.verb('relay.listen', async ({ node: name, seed }) => {
    const node = driver.handles.get(name);
    const { Server } = driver.packages.get('blind-relay');
    const relay = new Server({ createStream: (options) => node.createRawStream({ ...options, framed: true }) });
    const pair = keyPair(driver, seed);
    const server = node.createServer((connection) => {
      attach(driver, connection, { mode: 'none' });
      const session = relay.accept(connection, { id: connection.remotePublicKey });
      session.on('pair', (isInitiator, token) => driver.emit('pair', handle, { isInitiator, token: hex(token) }));
      session.on('error', (error) => driver.emit('fault', handle, { message: error.message }));
    });
    const handle = driver.handles.add('relay', {
      async destroy() {
        await relay.close();
        await server.close();
      },
    });
    await server.listen(pair);
    return { handle, publicKey: hex(pair.publicKey) };
  });
}
