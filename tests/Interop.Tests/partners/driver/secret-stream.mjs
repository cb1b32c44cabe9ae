// Secret streams over TCP, and over a UDX stream of ours. Reading and writing: see duplex.mjs.
import net from 'node:net';

import { attach } from './duplex.mjs';
import { bytes, hex, keyPair } from './keys.mjs';
import { requireLocal } from './network.mjs';

/** Attaches a secret stream and tells of its keys once the handshake is done. */
export function attachSecret(driver, stream, options) {
  const handle = attach(driver, stream, options);
  const open = () =>
    driver.emit('open', handle, {
      publicKey: hex(stream.publicKey),
      remotePublicKey: hex(stream.remotePublicKey),
      handshakeHash: hex(stream.handshakeHash),
    });
  if (stream.handshakeHash) open();
  else stream.once('open', open);
  return handle;
}

export function register(driver) {
  const wrap = (initiator, raw, { pattern = 'XX', seed, remotePublicKey, keepAlive = 0, ...options }) => {
    const SecretStream = driver.packages.get('@hyperswarm/secret-stream');
    const stream = new SecretStream(initiator, raw, {
      pattern,
      keyPair: keyPair(driver, seed),
      remotePublicKey: bytes(remotePublicKey),
      keepAlive,
    });
    return attachSecret(driver, stream, options);
  };

  driver.verb('secret.listen', async ({ host = '127.0.0.1', port = 0, ...options }) => {
    const server = net.createServer({ noDelay: true, allowHalfOpen: true });
    const handle = driver.handles.add('server', server);
    server.on('connection', (socket) => driver.emit('connection', handle, { stream: wrap(false, socket, options) }));
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, requireLocal(host), resolve);
    });
    const { publicKey } = keyPair(driver, options.seed);
    return { handle, port: server.address().port, publicKey: hex(publicKey) };
  });

  driver.verb('secret.connect', ({ host = '127.0.0.1', port, ...options }) => {
    const socket = net.connect({ host: requireLocal(host), port, noDelay: true, allowHalfOpen: true });
    return { handle: wrap(true, socket, options) };
  });

  // `stream` is a UDX stream attached in mode `none`.
  driver.verb('secret.wrap', ({ stream, initiator, ...options }) => ({
    handle: wrap(initiator, driver.handles.get(stream).stream, options),
  }));

  driver.verb('secret.close', ({ server }) => void driver.handles.take(server).close());
}
