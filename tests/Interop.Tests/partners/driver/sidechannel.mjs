// Verbs of a sidechannel peer.
import { hex } from './keys.mjs';
import { createSwarm } from './hyperswarm.mjs';
import { canonical, Envelope } from './sidechannel-envelope.mjs';
import { SidechannelPeer } from './sidechannel-peer.mjs';

export function register(driver) {
  const find = (args) => driver.handles.get(args.peer).peer;

  driver.verb('sidechannel.create', async ({ difficulty = 12, ttl, relay, ...args }) => {
    const swarm = createSwarm(driver, args);
    const envelope = new Envelope(driver.packages.get('sodium-universal'), swarm.keyPair, difficulty);
    const tell = (event, fields) => driver.emit(event, handle, fields);
    const peer = new SidechannelPeer({ swarm, packages: driver.packages, envelope, tell, ttl, relay });
    const handle = driver.handles.add('sidechannel', { peer, swarm });
    await swarm.dht.fullyBootstrapped();
    return { handle, publicKey: hex(swarm.keyPair.publicKey) };
  });

  driver.verb('sidechannel.join', ({ channel, ...args }) => find(args).join(channel));
  driver.verb('sidechannel.leave', ({ channel, ...args }) => find(args).leave(channel));
  driver.verb('sidechannel.send', ({ channel, message, ...args }) => find(args).send(channel, message));
  driver.verb('sidechannel.opened', ({ channel, ...args }) => ({ peers: find(args).opened(channel) }));
  driver.verb('sidechannel.canonical', ({ value }) => ({ text: canonical(value) }));
  driver.verb('sidechannel.destroy', ({ peer }) => driver.handles.take(peer).swarm.destroy());
}
