// A peer of Intercom's sidechannel plane: one Protomux channel per name on every swarm connection. It speaks the wire
// protocol of the JavaScript original (features/sidechannel) and keeps its rules, but for rate limits.
import { protocolOf, topicOf } from './sidechannel-envelope.mjs';

const MaxSeen = 5000;
const MaxOpenRetries = 5;
const OpenRetryMilliseconds = 100;

export class SidechannelPeer {
  #swarm;
  #packages;
  #envelope;
  #policy;
  #tell;
  #ttl;
  #relays;
  #topics;
  #verifies;
  #names = new Set();
  #links = new Map();
  #seen = new Set();

  constructor({ swarm, packages, envelope, policy, tell, ttl = 3, relay = true, topics = true, verify = true }) {
    this.#swarm = swarm;
    this.#packages = packages;
    this.#envelope = envelope;
    this.#policy = policy;
    this.#tell = tell;
    this.#ttl = ttl;
    this.#relays = relay;
    this.#topics = topics;
    this.#verifies = verify;
    swarm.on('connection', (connection) => this.#addConnection(connection));
  }

  async join(name) {
    if (!this.#policy.mayJoin(name)) throw new Error(`${name} needs an invite`);
    this.#names.add(name);
    const session = this.#topics ? this.#swarm.join(topicOf(name), { server: true, client: true }) : null;
    for (const link of this.#links.values()) this.#open(link, name);
    await session?.flushed();
  }

  async leave(name) {
    this.#names.delete(name);
    this.#policy.forget(name);
    for (const link of this.#links.values()) {
      link.mux.unpair({ protocol: protocolOf(name) });
      link.channels.get(name)?.channel.close();
      link.channels.delete(name);
    }
    if (this.#topics) await this.#swarm.leave(topicOf(name));
  }

  /** Sends a message; `force` sends it where the rules do not let us write, as a hostile peer would. */
  send(name, message, force) {
    if (!force && !this.#policy.mayWrite(name)) throw new Error(`only the owner writes on ${name}`);
    const payload = this.#envelope.seal(name, message, this.#ttl);
    this.#remember(payload.id);
    return { id: payload.id, reached: this.#spread(name, payload, null) };
  }

  opened(name) {
    return [...this.#links.values()]
      .filter((link) => link.channels.get(name)?.channel.opened)
      .map((link) => link.remote);
  }

  #addConnection(connection) {
    const mux = this.#packages.get('protomux').from(connection);
    const link = { connection, mux, channels: new Map(), retries: new Map() };
    link.remote = connection.remotePublicKey.toString('hex');
    this.#links.set(connection, link);
    connection.on('error', () => {});
    connection.on('close', () => this.#links.delete(connection));
    for (const name of this.#names) this.#open(link, name);
  }

  // Both sides open by themselves, and an open that finds no counterpart is refused; hence the pairing handler and the
  // retries.
  #open(link, name) {
    if (link.channels.has(name) || !this.#names.has(name) || link.connection.destroyed) return;
    const protocol = protocolOf(name);
    link.mux.pair({ protocol }, () => this.#open(link, name));
    const channel = link.mux.createChannel({ protocol });
    if (channel === null) return;
    const record = { channel };
    record.message = channel.addMessage({
      encoding: this.#packages.get('compact-encoding').json,
      onmessage: (payload) => this.#receive(link, name, payload),
    });
    link.channels.set(name, record);
    channel.open();
    channel.fullyOpened().then((opened) => this.#onOpened(link, name, record, opened));
  }

  #onOpened(link, name, record, opened) {
    if (opened) {
      link.retries.delete(name);
      this.#tell('opened', { channel: name, remotePublicKey: link.remote });
      for (const greeting of this.#policy.greetings(name, link.remote)) {
        const payload = this.#envelope.seal(name, greeting, this.#ttl);
        this.#remember(payload.id);
        record.message.send(payload);
      }
      return;
    }
    if (link.channels.get(name) === record) link.channels.delete(name);
    const attempt = (link.retries.get(name) ?? 0) + 1;
    link.retries.set(name, attempt);
    this.#tell('refused', { channel: name, remotePublicKey: link.remote, attempt });
    if (attempt <= MaxOpenRetries) setTimeout(() => this.#open(link, name), OpenRetryMilliseconds * attempt);
  }

  #receive(link, name, payload) {
    const about = { channel: name, payload, remotePublicKey: link.remote };
    const reason = this.#refusal(link, name, payload);
    if (reason !== null) return this.#tell('dropped', { ...about, reason });
    const control = payload.message?.control;
    if (control === 'auth') return this.#tell('authorized', about);
    // The original verifies signatures on owner-only channels alone, so this one tells and lets the test judge.
    this.#tell('message', this.#verifies ? { ...about, signed: this.#envelope.hasSignature(payload) } : about);
    if (this.#relays && control !== 'welcome' && payload.ttl > 0) {
      const relayedBy = this.#swarm.keyPair.publicKey.toString('hex');
      this.#spread(name, { ...payload, ttl: payload.ttl - 1, relayedBy }, link);
    }
  }

  // The order decides which reason is told, and what a message may change before it is refused.
  #refusal(link, name, payload) {
    const isSigned = (message) => this.#envelope.hasSignature(message);
    const refused = this.#policy.refusal(name, link.remote, payload, isSigned);
    if (refused === 'invite') return refused;
    if (!this.#envelope.hasWork(payload)) return 'work';
    if (refused !== null) return refused;
    if (!this.#remember(payload.id)) return 'duplicate';
    return this.#policy.welcomeRefusal(name, payload);
  }

  #spread(name, payload, except) {
    let reached = 0;
    for (const link of this.#links.values()) {
      const record = link.channels.get(name);
      if (link === except || !record?.channel.opened || !this.#policy.maySee(name, link.remote)) continue;
      record.message.send(payload);
      reached++;
    }
    return reached;
  }

  #remember(id) {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    if (this.#seen.size > MaxSeen) this.#seen.delete(this.#seen.values().next().value);
    return true;
  }
}
