// The request loop: reads lines, calls verbs, writes replies and events.
import { Console } from 'node:console';
import readline from 'node:readline';

import { Handles } from './handles.mjs';
import { Packages } from './packages.mjs';

export class Driver {
  #verbs = new Map();

  constructor(set) {
    this.packages = new Packages(set);
    this.handles = new Handles();
    this.verb('forget', ({ handle }) => void this.handles.take(handle));
  }

  /** Names what the other side may ask for. `handler` takes the arguments and returns the result or a promise of it. */
  verb(name, handler) {
    this.#verbs.set(name, handler);
  }

  /** Tells the other side of something that it did not ask for. */
  emit(event, handle, fields = {}) {
    this.#send({ event, handle, ...fields });
  }

  run() {
    // Some packages print; stdout belongs to the protocol.
    globalThis.console = new Console(process.stderr, process.stderr);
    // A fault of the partner must be told apart from a fault of ours, so it ends the process with its stack on stderr.
    process.on('uncaughtException', (error) => {
      console.error(error);
      process.exit(70);
    });
    const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
    lines.on('line', (line) => this.#serve(line));
    lines.on('close', () => process.exit(0));
    this.#send({ event: 'ready', handle: '', node: process.version, versions: this.packages.versions() });
  }

  async #serve(line) {
    const { id, verb, args } = JSON.parse(line);
    try {
      const handler = this.#verbs.get(verb);
      if (!handler) throw new Error(`unknown verb ${verb}`);
      this.#send({ id, ok: true, result: (await handler(args ?? {})) ?? {} });
    } catch (error) {
      const { message, code = null, stack = null } = error;
      this.#send({ id, ok: false, error: { message, code, stack } });
    }
  }

  #send(message) {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  }
}
