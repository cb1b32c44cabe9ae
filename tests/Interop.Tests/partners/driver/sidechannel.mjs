// Verbs of a sidechannel peer.
import { bytes, hex } from './keys.mjs';
import { createSwarm } from './hyperswarm.mjs';
import { Credentials } from './sidechannel-credentials.mjs';
import { canonical, Envelope } from './sidechannel-envelope.mjs';
import { SidechannelLog } from './sidechannel-log.mjs';
import { SidechannelPeer } from './sidechannel-peer.mjs';
import { Policy } from './sidechannel-policy.mjs';

const DefaultEntry = '0000intercom';

export function register(driver) {
  const find = (args) => driver.handles.get(args.peer);

  driver.verb('sidechannel.create', async ({ difficulty = 12, ttl, relay, rules = {}, secret = null, ...args }) => {
    const swarm = createSwarm(driver, args);
    const sodium = driver.packages.get('sodium-universal');
    const envelope = new Envelope(sodium, swarm.keyPair, difficulty);
    const credentials = new Credentials(sodium, swarm.keyPair);
    const policy = new Policy(credentials, { entry: DefaultEntry, ...rules });
    // One with a secret is linked by hand and keeps a log instead of telling each event.
    const log = secret === null ? null : new SidechannelLog(secret);
    const tell = (event, fields) => (log ? log.note(event, fields) : driver.emit(event, handle, fields));
    const topics = log === null;
    const peer = new SidechannelPeer({ swarm, packages: driver.packages, envelope, policy, tell, ttl, relay, topics });
    const handle = driver.handles.add('sidechannel', { peer, swarm, credentials, policy, log });
    if (log) swarm.on('connection', (connection) => log.watch(connection));
    await swarm.dht.fullyBootstrapped();
    if (log) await swarm.listen();
    return { handle, publicKey: hex(swarm.keyPair.publicKey) };
  });

  driver.verb('sidechannel.join', ({ channel, ...args }) => find(args).peer.join(channel));
  driver.verb('sidechannel.leave', ({ channel, ...args }) => find(args).peer.leave(channel));
  driver.verb('sidechannel.send', ({ channel, message, force = false, ...args }) =>
    find(args).peer.send(channel, message, force),
  );
  driver.verb('sidechannel.opened', ({ channel, ...args }) => ({ peers: find(args).peer.opened(channel) }));
  driver.verb('sidechannel.invite', ({ channel, invitee, milliseconds = 3_600_000, ...args }) => ({
    invite: find(args).credentials.invite(channel, invitee, milliseconds),
  }));
  driver.verb('sidechannel.welcome', ({ channel, text, ...args }) => {
    const { credentials, policy } = find(args);
    const welcome = credentials.welcome(channel, text);
    policy.acceptWelcome(channel, welcome);
    return { welcome };
  });
  driver.verb('sidechannel.accept', ({ channel, invite = null, welcome = null, ...args }) => {
    const { policy } = find(args);
    if (invite) policy.acceptInvite(channel, invite);
    if (welcome) policy.acceptWelcome(channel, welcome);
  });
  driver.verb('sidechannel.log', (args) => find(args).log.take());
  driver.verb('sidechannel.link', ({ publicKey, ...args }) => void find(args).swarm.joinPeer(bytes(publicKey)));
  driver.verb('sidechannel.unlink', ({ publicKey, ...args }) => {
    const { swarm } = find(args);
    swarm.leavePeer(bytes(publicKey));
    for (const connection of [...swarm.connections]) {
      if (hex(connection.remotePublicKey) === publicKey) connection.destroy();
    }
  });
  driver.verb('sidechannel.canonical', ({ value }) => ({ text: canonical(value) }));
  driver.verb('sidechannel.destroy', ({ peer }) => driver.handles.take(peer).swarm.destroy());
}
