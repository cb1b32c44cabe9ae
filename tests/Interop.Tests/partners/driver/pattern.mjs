// A byte pattern that both sides can make from a seed: the little-endian 32-bit word j is a mix of seed and j, so that
// lost, repeated and moved bytes all change the hash.
import { createHash } from 'node:crypto';

export function fillPattern(target, seed, offset) {
  for (let i = 0; i < target.length; ) {
    const at = offset + i;
    let x = (seed + Math.imul(at >>> 2, 0x9e3779b9)) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    for (let byte = at & 3; byte < 4 && i < target.length; byte++) target[i++] = x >>> (byte << 3);
  }
  return target;
}

/** Counts and hashes what arrives; someone may wait for a number of bytes. */
export class Intake {
  #hash = createHash('sha256');
  #waiters = [];
  #finished = null;

  bytes = 0;
  messages = 0;
  firstAt = 0;
  lastAt = 0;

  push(data) {
    this.lastAt = performance.now();
    if (this.messages++ === 0) this.firstAt = this.lastAt;
    this.bytes += data.byteLength;
    this.#hash.update(data);
    this.#settle();
  }

  /** Nothing more will come; says how it ended. */
  finish(how) {
    this.#finished ??= how;
    this.#settle();
  }

  wait(bytes, messages) {
    return new Promise((resolve) => {
      this.#waiters.push({ bytes, messages, resolve });
      this.#settle();
    });
  }

  summary() {
    return {
      bytes: this.bytes,
      messages: this.messages,
      sha256: this.#hash.copy().digest('hex'),
      finished: this.#finished,
      milliseconds: this.lastAt - this.firstAt,
    };
  }

  #settle() {
    this.#waiters = this.#waiters.filter(({ bytes, messages, resolve }) => {
      if (this.#finished === null && (this.bytes < bytes || this.messages < messages)) return true;
      resolve(this.summary());
      return false;
    });
  }
}
