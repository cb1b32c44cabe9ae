// Invites and welcomes: a payload with fixed members, signed as canonical JSON.
import { canonical } from './sidechannel-envelope.mjs';

const Version = 1;

export class Credentials {
  #sodium;
  #keyPair;

  constructor(sodium, keyPair) {
    this.#sodium = sodium;
    this.#keyPair = keyPair;
  }

  get key() {
    return this.#keyPair.publicKey.toString('hex');
  }

  /** Lets `invitee` take part in a channel for `milliseconds`. */
  invite(channel, invitee, milliseconds) {
    const issuedAt = Date.now();
    const nonce = Math.random().toString(36).slice(2, 10);
    const terms = { channel, inviteePubKey: invitee, inviterPubKey: this.key, inviterAddress: null };
    return this.#sign({ ...terms, issuedAt, expiresAt: issuedAt + milliseconds, nonce, version: Version });
  }

  /** Greets those who open a channel that is ours. */
  welcome(channel, text) {
    return this.#sign({ channel, ownerPubKey: this.key, text, issuedAt: Date.now(), version: Version });
  }

  /** Whether an invite to this channel, for this key, is signed by the inviter it names and has not run out. */
  holdsInvite(invite, channel, invitee) {
    const payload = invite?.payload;
    return (
      payload?.channel === channel &&
      payload.inviteePubKey === invitee &&
      payload.expiresAt > Date.now() &&
      this.#verify(invite, payload.inviterPubKey)
    );
  }

  /** Whether a welcome to this channel is signed by this owner. */
  holdsWelcome(welcome, channel, owner) {
    const payload = welcome?.payload;
    return payload?.channel === channel && payload.ownerPubKey === owner && this.#verify(welcome, owner);
  }

  #sign(payload) {
    const signature = Buffer.alloc(this.#sodium.crypto_sign_BYTES);
    this.#sodium.crypto_sign_detached(signature, Buffer.from(canonical(payload)), this.#keyPair.secretKey);
    return { payload, sig: signature.toString('hex') };
  }

  #verify({ payload, sig }, key) {
    const [signature, publicKey] = [sig, key].map((text) => Buffer.from(String(text ?? ''), 'hex'));
    if (signature.length !== 64 || publicKey.length !== 32) return false;
    return this.#sodium.crypto_sign_verify_detached(signature, Buffer.from(canonical(payload)), publicKey);
  }
}
