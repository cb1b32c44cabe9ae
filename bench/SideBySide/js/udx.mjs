// One UDX stream between two sockets of this process, straight or through a port given by the runner.
import { throughput } from './timing.mjs';

export function register(driver) {
  let ids = 1;

  driver.verb('bench.udx', async ({ bytes, chunk }) => {
    const pair = open();
    const value = await throughput(pair.connect(pair.port), pair.server, bytes, chunk);
    await pair.close();
    return { values: [value] };
  });

  // In two steps, since the path between is made for the port of the first.
  driver.verb('bench.udxServer', () => {
    const pair = open();
    return { handle: driver.handles.add('pair', pair), port: pair.port };
  });
  driver.verb('bench.udxThrough', async ({ handle, port, bytes, chunk }) => {
    const pair = driver.handles.take(handle);
    const value = await throughput(pair.connect(port), pair.server, bytes, chunk);
    await pair.close();
    return { values: [value] };
  });

  function open() {
    const UDX = driver.packages.get('udx-native');
    const udx = new UDX();
    const [local, remote] = [udx.createSocket(), udx.createSocket()];
    local.bind(0, '127.0.0.1');
    remote.bind(0, '127.0.0.1');
    const [clientId, serverId] = [ids++, ids++];
    const server = udx.createStream(serverId, {
      firewall(socket, port, host) {
        server.connect(socket, clientId, port, host);
        return false;
      },
    });
    const client = udx.createStream(clientId);
    for (const stream of [client, server]) stream.on('error', () => {});
    return {
      server,
      port: remote.address().port,
      connect(port) {
        client.connect(local, serverId, port, '127.0.0.1');
        return client;
      },
      async close() {
        for (const stream of [client, server]) {
          stream.destroy();
          await new Promise((resolve) => stream.once('close', resolve));
        }
        await Promise.all([local.close(), remote.close()]);
      },
    };
  }
}
