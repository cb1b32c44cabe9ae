// A Protomux on a stream that is nothing but a list of frames: the other side decides when a frame is delivered. Each
// operation answers with the frames and callbacks that it caused.
import { EventEmitter } from 'node:events';

import { bytes, hex } from './keys.mjs';

/** Channels that open by themselves, every second one, none but later, or not at all; see ScriptedMux.cs. */
const HANDLED = ['auto', 'picky', 'held'];

class FrameStream extends EventEmitter {
  userData = null;
  destroyed = false;
  frames = [];
  failure = null;

  write(frame) {
    this.frames.push(hex(frame));
    return true;
  }

  // What arrives is the business of the scheduler.
  pause() {}
  resume() {}
  end() {}

  destroy(error) {
    if (this.destroyed) return;
    this.destroyed = true;
    this.failure = error?.message ?? 'destroyed';
    queueMicrotask(() => this.emit('close'));
  }
}

class ScriptedMux {
  stream = new FrameStream();
  channels = new Map();
  events = [];
  held = [];
  count = 0;

  constructor(driver, prefix) {
    const Protomux = driver.packages.get('protomux');
    this.raw = driver.packages.get('compact-encoding').raw;
    this.prefix = prefix;
    this.mux = new Protomux(this.stream);
    for (const protocol of HANDLED) this.mux.pair({ protocol }, (id) => this.onPair(protocol, id));
  }

  do({ op, channel, protocol, id, unique, hex: text }) {
    switch (op) {
      case 'open':
        return this.open(channel, protocol, bytes(id), unique);
      case 'close':
        return this.channels.get(channel)?.channel.close();
      case 'send':
        return this.channels.get(channel)?.message.send(bytes(text));
      case 'cork':
        return this.mux.cork();
      case 'uncork':
        return this.mux.uncork();
      case 'deliver':
        return this.stream.emit('data', bytes(text));
      case 'settle':
        return this.held.splice(0).forEach((resolve) => resolve());
      case 'stall':
        return this.open(channel, protocol, null, true, () => new Promise(() => {}));
      case 'echo':
        return this.open(channel, protocol, null, true, (message) => this.channels.get(channel).message.send(message));
      default:
        throw new Error(`no operation ${op}`);
    }
  }

  take() {
    const taken = {
      frames: this.stream.frames.splice(0),
      events: this.events.splice(0),
      failure: this.stream.failure,
      isCorked: this.mux.corked > 0,
    };
    return taken;
  }

  state() {
    return [...this.mux].map((channel) => ({ name: channel.userData, isOpen: channel.opened }));
  }

  onPair(protocol, id) {
    if (protocol === 'held') return new Promise((resolve) => this.held.push(resolve));
    this.count++;
    if (protocol === 'auto' || this.count % 2 === 0) this.open(`${this.prefix}auto${this.count}`, protocol, id, false);
  }

  open(name, protocol, id, unique, onMessage = null) {
    const channel = this.mux.createChannel({
      protocol,
      id,
      unique,
      userData: name,
      handshake: this.raw,
      onopen: (handshake) => this.events.push({ name: 'open', channel: name, hex: hex(handshake) }),
      onclose: () => this.events.push({ name: 'close', channel: name, hex: '' }),
    });
    if (channel === null) return;
    const message = channel.addMessage({
      encoding: this.raw,
      onmessage: (body) => {
        this.events.push({ name: 'message', channel: name, hex: hex(body) });
        return onMessage?.(body);
      },
    });
    this.channels.set(name, { channel, message });
    this.events.push({ name: 'made', channel: name, hex: '' });
    channel.open(Buffer.from(name));
  }
}

export function register(driver) {
  const get = ({ mux }) => driver.handles.get(mux);

  driver.verb('muxscript.create', ({ prefix }) => ({
    handle: driver.handles.add('muxscript', new ScriptedMux(driver, prefix)),
  }));
  driver.verb('muxscript.do', async ({ mux, ...operation }) => {
    const script = get({ mux });
    script.do(operation);
    // Everything that an operation sets off is done when the queues of this turn are empty.
    await new Promise((resolve) => setImmediate(resolve));
    return script.take();
  });
  driver.verb('muxscript.state', (args) => ({ channels: get(args).state() }));
}
