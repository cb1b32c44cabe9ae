// UDX: sockets and streams with chosen ids. Reading and writing: see duplex.mjs.
import { attach } from './duplex.mjs';
import { requireLocal } from './network.mjs';

export function register(driver) {
  let shared = null;
  const udx = () => (shared ??= new (driver.packages.get('udx-native'))());

  driver.verb('udx.socket', ({ host = '127.0.0.1', port = 0, collect = false }) => {
    const socket = udx().createSocket();
    socket.bind(port, requireLocal(host));
    const handle = driver.handles.add('socket', socket);
    if (collect) {
      socket.on('message', (message, from) => {
        driver.emit('datagram', handle, { hex: message.toString('hex'), host: from.host, port: from.port });
      });
    }
    return { handle, host, port: socket.address().port };
  });

  driver.verb('udx.socketSend', async ({ socket, hex, port, host = '127.0.0.1' }) => ({
    sent: await driver.handles.get(socket).send(Buffer.from(hex, 'hex'), port, requireLocal(host)),
  }));

  driver.verb('udx.closeSocket', ({ socket }) => driver.handles.take(socket).close());

  // With `accept` the stream connects, with that remote id, to where its first packet came from.
  driver.verb('udx.stream', ({ id, accept = null, ...options }) => {
    const stream = udx().createStream(id, {
      firewall(socket, port, host) {
        if (accept === null) return true;
        if (!stream.connected) stream.connect(socket, accept, port, host);
        return false;
      },
    });
    stream.on('connect', () => driver.emit('connect', handle, { host: stream.remoteHost, port: stream.remotePort }));
    const handle = attach(driver, stream, options);
    return { handle };
  });

  driver.verb('udx.connect', ({ stream, socket, remoteId, port, host = '127.0.0.1' }) => {
    const local = driver.handles.get(socket);
    driver.handles.get(stream).stream.connect(local, remoteId, port, requireLocal(host));
  });

  driver.verb('udx.relay', ({ from, to }) => {
    driver.handles.get(from).stream.relayTo(driver.handles.get(to).stream);
  });

  // udx-native from 1.20 on.
  driver.verb('udx.keepAlive', ({ stream, milliseconds }) => {
    driver.handles.get(stream).stream.setKeepalive(milliseconds);
  });

  driver.verb('udx.changeRemote', ({ stream, socket, remoteId, port, host = '127.0.0.1' }) => {
    const { stream: moving } = driver.handles.get(stream);
    // A change that took effect at once may return null instead of a promise, or one that never settles.
    moving.changeRemote(driver.handles.get(socket), remoteId, port, requireLocal(host))?.catch(() => {});
  });
}
