// Hyperswarm on a node of its own.
import { bytes, hex, keyPair } from './keys.mjs';
import { localNode } from './network.mjs';
import { attachSecret } from './secret-stream.mjs';

/**
 * A swarm whose node stays on loopback. With `relayOnly`, the key of a relay, its connections go through one or not at all:
 * the node makes connections and servers that neither punch nor tell local addresses, for which a swarm has no options.
 */
export function createSwarm(
  driver,
  { bootstrap, seed, port = 0, options = {}, nodeOptions = {}, relayThrough, relayOnly },
) {
  const HyperDHT = driver.packages.get('hyperdht');
  const Hyperswarm = driver.packages.get('hyperswarm');
  const dht = new HyperDHT({ ...localNode(bootstrap), port, ...nodeOptions });
  if (relayOnly) requireRelay(dht, bytes(relayOnly));
  // Always a function: given a key the newest asks for a relay only where its own NAT is random.
  const relays = relayThrough ? { relayThrough: () => bytes(relayThrough) } : {};
  return new Hyperswarm({ ...options, ...relays, dht, keyPair: keyPair(driver, seed) });
}

/** The relay itself is dialled by the same call, and as ever. */
function requireRelay(dht, relay) {
  const { connect, createServer } = dht;
  const alone = { localConnection: false, fastOpen: false, holepunch: () => false };
  dht.connect = (key, options = {}) =>
    connect.call(dht, key, relay.equals(key) ? options : { ...options, ...alone });
  dht.createServer = (options = {}, ...rest) =>
    createServer.call(dht, { ...options, shareLocalAddress: false, holepunch: false }, ...rest);
}

export function register(driver) {
  const find = (args) => driver.handles.get(args.swarm);

  driver.verb('swarm.create', async ({ stream = {}, ...args }) => {
    const swarm = createSwarm(driver, args);
    const handle = driver.handles.add('swarm', swarm);
    swarm.on('connection', (connection, peer) => {
      const attached = attachSecret(driver, connection, stream);
      driver.emit('connection', handle, {
        stream: attached,
        remotePublicKey: hex(peer.publicKey),
        client: peer.client,
        topics: peer.topics.map(hex),
      });
    });
    await swarm.dht.fullyBootstrapped();
    const { host, port } = swarm.dht.address();
    return { handle, publicKey: hex(swarm.keyPair.publicKey), host, port };
  });

  driver.verb('swarm.join', async ({ topic, server = true, client = true, announced = true, ...args }) => {
    const session = find(args).join(bytes(topic), { server, client });
    if (announced) await session.flushed();
  });
  driver.verb('swarm.leave', ({ topic, ...args }) => find(args).leave(bytes(topic)));
  driver.verb('swarm.refresh', async ({ topic, server = true, client = true, ...args }) => {
    await find(args).status(bytes(topic)).refresh({ server, client });
  });
  driver.verb('swarm.flush', async (args) => ({ flushed: await find(args).flush() }));
  driver.verb('swarm.joinPeer', ({ publicKey, ...args }) => void find(args).joinPeer(bytes(publicKey)));
  driver.verb('swarm.leavePeer', ({ publicKey, ...args }) => void find(args).leavePeer(bytes(publicKey)));
  driver.verb('swarm.peers', (args) => ({
    peers: [...find(args).peers.values()].map((peer) => ({ publicKey: hex(peer.publicKey), banned: peer.banned })),
    connections: [...find(args).connections].map((connection) => hex(connection.remotePublicKey)),
    attempted: find(args).stats.connects.client.attempted,
  }));
  driver.verb('swarm.listen', async (args) => void (await find(args).listen()));
  driver.verb('swarm.cut', ({ publicKeys, ...args }) => {
    for (const connection of [...find(args).connections]) {
      if (publicKeys.includes(hex(connection.remotePublicKey))) connection.destroy();
    }
  });
  driver.verb('swarm.suspend', (args) => find(args).suspend());
  driver.verb('swarm.resume', (args) => find(args).resume());
  driver.verb('swarm.destroy', ({ swarm, force = false }) => driver.handles.take(swarm).destroy({ force }));
}
