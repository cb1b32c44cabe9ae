// What a sidechannel peer in a large mesh came to: ids delivered, reasons of drops, and whether text that it must not see
// was in any bytes that it was sent. Telling every message as it comes would be most of the work.
export class SidechannelLog {
  #secret;
  #delivered = [];
  #dropped = {};
  #leaks = 0;
  #watched = 0;
  #connections = 0;

  constructor(secret) {
    this.#secret = Buffer.from(secret);
  }

  note(event, { payload, reason }) {
    if (event === 'message') this.#delivered.push(payload.id);
    if (event === 'dropped') this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }

  watch(connection) {
    this.#connections++;
    connection.on('data', (bytes) => {
      this.#watched += bytes.length;
      if (bytes.includes(this.#secret)) this.#leaks++;
    });
  }

  /** All counts, and the ids delivered since the last call. */
  take() {
    const delivered = this.#delivered;
    this.#delivered = [];
    return {
      delivered,
      dropped: this.#dropped,
      leaks: this.#leaks,
      watched: this.#watched,
      connections: this.#connections,
    };
  }
}
