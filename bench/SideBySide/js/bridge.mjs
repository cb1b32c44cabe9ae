// A peer with a bridge: the sidechannel partner of the interop tests behind a WebSocket that speaks Intercom's SC-Bridge
// as far as messages go. As the original it checks no signatures on open channels. Each peer has a process of its own.
import { createSwarm } from '../../../tests/Interop.Tests/partners/driver/hyperswarm.mjs';
import { Credentials } from '../../../tests/Interop.Tests/partners/driver/sidechannel-credentials.mjs';
import { Envelope } from '../../../tests/Interop.Tests/partners/driver/sidechannel-envelope.mjs';
import { SidechannelPeer } from '../../../tests/Interop.Tests/partners/driver/sidechannel-peer.mjs';
import { Policy } from '../../../tests/Interop.Tests/partners/driver/sidechannel-policy.mjs';
import { network } from './network.mjs';
import { listen } from './websocket.mjs';

const Entry = '0000intercom';

async function start(driver, { bootstrap, difficulty, channel }) {
  const sodium = driver.packages.get('sodium-universal');
  const swarm = createSwarm(driver, { bootstrap });
  const clients = new Set();
  const peer = new SidechannelPeer({
    swarm,
    packages: driver.packages,
    envelope: new Envelope(sodium, swarm.keyPair, difficulty),
    policy: new Policy(new Credentials(sodium, swarm.keyPair), { entry: Entry }),
    tell: (event, { channel, payload }) => event === 'message' && publish(clients, channel, payload),
    verify: false,
  });
  await swarm.dht.fullyBootstrapped();
  await peer.join(Entry);
  await peer.join(channel);
  const port = await listen((client) => serve(client, clients, peer));
  return { port, opened: () => peer.opened(channel).length };
}

function serve(client, clients, peer) {
  client.send(JSON.stringify({ type: 'hello', requiresAuth: true }));
  client.socket.on('close', () => clients.delete(client));
  return (text) => {
    const { id, type, channel, message } = JSON.parse(text);
    if (type === 'auth') {
      clients.add(client);
      client.send(JSON.stringify({ id, type: 'auth_ok' }));
    } else if (type === 'send') {
      peer.send(channel, message);
      client.send(JSON.stringify({ id, type: 'sent', channel }));
    }
  };
}

function publish(clients, channel, { id, from, origin, sig, relayedBy = null, ttl, ts, message }) {
  const event = { type: 'sidechannel_message', channel, id, from, origin, sig, relayedBy, ttl, ts, message };
  const text = JSON.stringify(event);
  for (const client of clients) client.send(text);
}

export function register(driver) {
  const peers = new Map();
  driver.verb('bench.bootstrap', async () => ({ bootstrap: (await network(driver, 10)).bootstrap }));
  driver.verb('bench.bridge', async (args) => {
    const made = await start(driver, args);
    peers.set(made.port, made);
    return { port: made.port };
  });
  driver.verb('bench.bridge.opened', ({ port }) => ({ peers: peers.get(port).opened() }));
}
