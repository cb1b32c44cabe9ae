// DHT nodes, queries, servers and connections by key. Storage of records: see records.mjs.
import { bytes, hex, keyPair } from './keys.mjs';
import { firstNode, localNode, requireLocal } from './network.mjs';
import { attachSecret } from './secret-stream.mjs';

export function register(driver) {
  const find = (args) => driver.handles.get(args.node);
  const create = (options) => {
    const HyperDHT = driver.packages.get('hyperdht');
    return new HyperDHT(options);
  };

  // A network of `size` nodes that serve others. Peers on one machine find each other only where there are three or
  // more; with fewer than four, two peers of hyperdht 6.34 often open a connection that carries nothing.
  // Each on loopback, or on a host of its own.
  driver.verb('dht.testnet', async ({ size = 6, port = 0, hosts = Array(size).fill('127.0.0.1') }) => {
    const first = create(firstNode(port, hosts[0]));
    const nodes = [first];
    await first.fullyBootstrapped();
    const bootstrap = [{ host: hosts[0], port: first.address().port }];
    for (const host of hosts.slice(1)) {
      const node = create({ ...localNode(bootstrap, host), ephemeral: false, firewalled: false });
      nodes.push(node);
      await node.fullyBootstrapped();
    }
    const handle = driver.handles.add('testnet', {
      async destroy() {
        for (const node of nodes.reverse()) await node.destroy();
      },
    });
    return { handle, bootstrap, nodes: nodes.map((node) => describe(driver, node)) };
  });

  // `serving` makes a node that stores and routes for others at once, as a bootstrapped public node would. With `publicPort`
  // it is also the first of its network: nobody can tell it its address, so it is told here.
  driver.verb('dht.node', async ({ bootstrap, seed, host, port = 0, serving = false, publicPort = 0, options = {} }) => {
    const role = serving ? { ephemeral: false, firewalled: false } : {};
    const place = publicPort ? { ...firstNode(port), anyPort: false } : { ...localNode(bootstrap, host ?? undefined), ...role, port };
    const node = create({ ...place, keyPair: keyPair(driver, seed), ...options });
    if (publicPort) node._nat.add('127.0.0.1', publicPort);
    node.on('persistent', () => driver.emit('persistent', handle));
    const handle = driver.handles.add('node', node);
    await node.fullyBootstrapped();
    return { handle, ...describe(driver, node) };
  });

  driver.verb('dht.info', (args) => {
    const node = find(args);
    const { ephemeral, firewalled, bootstrapped, online } = node;
    return { ...describe(driver, node), ephemeral, firewalled, bootstrapped, online, table: node.toArray() };
  });

  driver.verb('dht.ping', async ({ host, port, ...args }) => {
    const started = performance.now();
    const reply = await find(args).ping({ host: requireLocal(host), port });
    return { ...describeReply(reply), milliseconds: performance.now() - started };
  });

  driver.verb('dht.request', async ({ host, port, command, target, value, token, ...args }) => {
    const request = { command, target: bytes(target), value: bytes(value), token: bytes(token) };
    return describeReply(await find(args).request(request, { host: requireLocal(host), port }));
  });

  driver.verb('dht.findNode', async ({ target, ...args }) => {
    const query = find(args).findNode(bytes(target));
    const replies = [];
    for await (const reply of query) replies.push(describeReply(reply));
    return { replies, closest: query.closestNodes.map(describeAddress) };
  });

  driver.verb('dht.listen', async ({ seed, firewall = false, relayThrough, options = {}, stream = {}, ...args }) => {
    const pair = keyPair(driver, seed);
    const server = find(args).createServer({
      ...options,
      relayThrough: bytes(relayThrough),
      firewall: () => firewall,
    });
    const handle = driver.handles.add('server', server);
    server.on('connection', (connection) => {
      const attached = attachSecret(driver, connection, stream);
      driver.emit('connection', handle, { stream: attached, remotePublicKey: hex(connection.remotePublicKey) });
    });
    await server.listen(pair);
    return { handle, publicKey: hex(pair.publicKey), relayAddresses: server.relayAddresses };
  });

  // Messages about punching leave later by this time, so that a relay is there first.
  driver.verb('dht.delayPunching', ({ milliseconds, ...args }) => {
    const router = find(args)._router;
    const { peerHolepunch } = router;
    router.peerHolepunch = async (...message) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return peerHolepunch.apply(router, message);
    };
  });

  // The outcome comes as an `open` or a `close` event of the stream.
  driver.verb('dht.connect', ({ publicKey, seed, relayThrough, punches = true, options = {}, stream = {}, ...args }) => {
    const connection = find(args).connect(bytes(publicKey), {
      ...options,
      keyPair: seed ? keyPair(driver, seed) : undefined,
      relayThrough: bytes(relayThrough),
      holepunch: () => punches,
    });
    return { handle: attachSecret(driver, connection, stream) };
  });

  driver.verb('dht.close', ({ server }) => driver.handles.take(server).close());
  driver.verb('dht.suspend', (args) => find(args).suspend());
  driver.verb('dht.resume', (args) => find(args).resume());
  driver.verb('dht.destroy', ({ handle, force = false }) => driver.handles.take(handle).destroy({ force }));
}

export const describeAddress = ({ host, port }) => ({ host, port });

export const describeReply = ({ from, to, token, error, value, closerNodes }) => ({
  from: { ...describeAddress(from), id: hex(from.id) },
  to: to ? describeAddress(to) : null,
  token: hex(token),
  error: error ?? 0,
  value: hex(value),
  closerNodes: closerNodes?.map(describeAddress) ?? [],
});

function describe(driver, node) {
  const { host, port } = node.address();
  return { host, port, id: hex(node.id), publicKey: hex(node.defaultKeyPair.publicKey) };
}
