// Channels on the connections of a swarm, with an envelope around each message: identifier, proof of work, signature.
import b4a from 'b4a';
import codecs from 'compact-encoding';
import crypto from 'bare-crypto';
import Protomux from 'protomux';

const MaxSeen = 5000;
const SeenMilliseconds = 120_000;
const MaxMessageBytes = 1_000_000;
const RelayTtl = 3;
const RetryMilliseconds = 100;

export class Sidechannels {
  #swarm;
  #wallet;
  #difficulty;
  #names;
  #links = new Map();
  #seen = new Map();

  constructor({ swarm, wallet, difficulty, names }) {
    this.#swarm = swarm;
    this.#wallet = wallet;
    this.#difficulty = difficulty;
    this.#names = names;
    this.onmessage = () => {};
  }

  async start() {
    await this.#swarm.dht.fullyBootstrapped();
    this.#swarm.on('connection', (connection) => {
      connection.userData ??= Protomux.from(connection);
      connection.on('error', () => {});
      connection.on('close', () => this.#links.delete(connection));
      for (const name of this.#names) this.#open(connection, name);
    });
    for (const name of this.#names) this.#swarm.join(sha256(`sidechannel:${name}`), { server: true, client: true });
    await this.#swarm.flush();
  }

  isOpen(name) {
    return [...this.#links.values()].some((link) => link.records.get(name)?.channel.opened);
  }

  /** Sends a message to all that have the channel open; false when it is too large. */
  send(name, message) {
    for (const connection of this.#swarm.connections) this.#open(connection, name);
    const payload = this.#seal(name, message);
    if (sizeOf(payload) > MaxMessageBytes) return false;
    this.#isKnown(payload.id);
    for (const link of this.#links.values()) {
      const record = link.records.get(name);
      if (record?.channel.opened) record.message.send(payload);
    }
    return true;
  }

  // A peer that has not joined yet refuses; then it is tried again.
  #open(connection, name) {
    const mux = connection.userData;
    let link = this.#links.get(connection);
    if (!link) this.#links.set(connection, (link = { records: new Map() }));
    if (link.records.has(name)) return;
    const protocol = `sidechannel/${name}`;
    mux.pair({ protocol }, () => this.#open(connection, name));
    const channel = mux.createChannel({ protocol });
    if (!channel) return;
    const onmessage = (payload) => this.#receive(connection, name, payload);
    const record = { channel, message: channel.addMessage({ encoding: codecs.json, onmessage }) };
    link.records.set(name, record);
    channel.open();
    channel.fullyOpened().then((opened) => {
      if (opened || connection.destroyed) return;
      link.records.delete(name);
      setTimeout(() => this.#open(connection, name), RetryMilliseconds);
    });
  }

  #seal(channel, message) {
    const ts = Date.now();
    const from = this.#ownKey();
    const id = `${from}:${ts}:${Math.random().toString(36).slice(2, 10)}`;
    const payload = { type: 'sidechannel', id, channel, from, origin: from, message, ts, ttl: RelayTtl };
    if (this.#difficulty > 0) payload.pow = this.#mine(payload);
    payload.sig = b4a.toString(this.#wallet.sign(b4a.from(signatureBase(payload))), 'hex');
    return payload;
  }

  #mine(payload) {
    let nonce = 0;
    while (zeroBits(workHash(payload, nonce)) < this.#difficulty) nonce++;
    return { nonce, difficulty: this.#difficulty };
  }

  // The size is that of the text written anew, and is taken with the rate limit off too; nothing is verified on a channel
  // that anybody may write on.
  #receive(connection, name, payload) {
    sizeOf(payload);
    if (this.#difficulty > 0 && zeroBits(workHash(payload, payload?.pow?.nonce)) < this.#difficulty) return;
    if (this.#isKnown(payload.id)) return;
    this.onmessage(name, payload);
    this.#relay(connection, name, payload);
  }

  #relay(from, name, payload) {
    if (!(payload.ttl > 0)) return;
    const relayed = { ...payload, ttl: payload.ttl - 1, relayedBy: this.#ownKey() };
    for (const [connection, link] of this.#links) {
      if (connection !== from) link.records.get(name)?.message.send(relayed);
    }
  }

  #isKnown(id) {
    const now = Date.now();
    if (this.#seen.has(id)) return true;
    this.#seen.set(id, now);
    if (this.#seen.size > MaxSeen) this.#seen.delete(this.#seen.keys().next().value);
    for (const [old, time] of this.#seen) {
      if (time >= now - SeenMilliseconds) break;
      this.#seen.delete(old);
    }
    return false;
  }

  #ownKey() {
    return b4a.toString(this.#wallet.publicKey, 'hex');
  }
}

const sha256 = (text) => crypto.createHash('sha256').update(text).digest();
const sizeOf = (payload) => b4a.byteLength(JSON.stringify(payload), 'utf8');

function canonical(value) {
  if (value === undefined || value === null) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

function signatureBase({ id, channel, from, origin, message, ts }) {
  const carried = JSON.parse(JSON.stringify(message ?? null));
  return canonical({ kind: 'sidechannel_message_v1', id, channel, from, origin, ts, message: carried });
}

function workHash({ id, channel, from, origin, message, ts }, nonce) {
  const text = canonical({ id, channel, from, origin, message, ts, nonce });
  return crypto.createHash('sha256').update(text).digest('hex');
}

function zeroBits(hex) {
  let bits = 0;
  for (const digit of hex) {
    const nibble = Number.parseInt(digit, 16);
    bits += Math.clz32(nibble) - 28;
    if (nibble !== 0) break;
  }
  return bits;
}
