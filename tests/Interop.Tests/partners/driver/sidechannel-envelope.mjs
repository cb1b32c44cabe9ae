// The payload of a sidechannel message: canonical JSON, identifier, proof of work and signature, as Intercom's
// JavaScript peer makes and checks them.
import { createHash } from 'node:crypto';

/** JSON with sorted keys; what JSON has no word for is null. */
export function canonical(value) {
  if (value === undefined || value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

export const topicOf = (channel) => createHash('sha256').update(`sidechannel:${channel.trim()}`).digest();
export const protocolOf = (channel) => `sidechannel/${channel}`;

export class Envelope {
  #sodium;
  #keyPair;
  #difficulty;

  constructor(sodium, keyPair, difficulty) {
    this.#sodium = sodium;
    this.#keyPair = keyPair;
    this.#difficulty = difficulty;
  }

  seal(channel, message, ttl) {
    const from = this.#keyPair.publicKey.toString('hex');
    const ts = Date.now();
    const id = `${from}:${ts}:${Math.random().toString(36).slice(2, 10)}`;
    const payload = { type: 'sidechannel', id, channel, from, origin: from, message, ts, ttl };
    if (this.#difficulty > 0) payload.pow = { nonce: this.#mine(payload), difficulty: this.#difficulty };
    const signature = Buffer.alloc(this.#sodium.crypto_sign_BYTES);
    this.#sodium.crypto_sign_detached(signature, signatureBase(payload), this.#keyPair.secretKey);
    payload.sig = signature.toString('hex');
    return payload;
  }

  hasWork(payload) {
    if (this.#difficulty <= 0) return true;
    const nonce = payload?.pow?.nonce;
    return typeof nonce === 'number' && leadingZeroBits(workHash(payload, nonce)) >= this.#difficulty;
  }

  hasSignature(payload) {
    const key = Buffer.from(String(payload?.from ?? ''), 'hex');
    const signature = Buffer.from(String(payload?.sig ?? ''), 'hex');
    if (key.length !== 32 || signature.length !== 64) return false;
    return this.#sodium.crypto_sign_verify_detached(signature, signatureBase(payload), key);
  }

  #mine(payload) {
    let nonce = 0;
    while (leadingZeroBits(workHash(payload, nonce)) < this.#difficulty) nonce++;
    return nonce;
  }
}

// The original hashes the message object as the sender holds it and not as JSON carries it; a member that is undefined
// is thus hashed as null by the sender and not at all by the receiver. Kept, since it decides who accepts what.
function workHash({ id, channel, from, origin, message, ts }, nonce) {
  return createHash('sha256').update(canonical({ id, channel, from, origin, message, ts, nonce })).digest();
}

function signatureBase({ id, channel, from, origin, message = null, ts }) {
  const carried = JSON.parse(JSON.stringify(message));
  return Buffer.from(canonical({ kind: 'sidechannel_message_v1', id, channel, from, origin, ts, message: carried }));
}

function leadingZeroBits(hash) {
  const zeroBytes = hash.findIndex((byte) => byte !== 0);
  return zeroBytes < 0 ? hash.length * 8 : zeroBytes * 8 + Math.clz32(hash[zeroBytes]) - 24;
}
