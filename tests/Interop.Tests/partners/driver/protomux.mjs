// Protomux over a secret stream that was attached in mode `none`. Every message is raw bytes.
import { bytes, hex } from './keys.mjs';

export function register(driver) {
  driver.verb('mux.create', ({ stream }) => {
    const Protomux = driver.packages.get('protomux');
    const mux = Protomux.from(driver.handles.get(stream).stream);
    return { handle: driver.handles.add('mux', mux) };
  });

  // With `create` the handler makes and opens a channel with these options, else it only tells.
  driver.verb('mux.pair', ({ mux, protocol, id = null, create = null }) => {
    const owner = driver.handles.get(mux);
    owner.pair({ protocol, id: bytes(id) }, (remoteId) => {
      const channel = create ? createChannel(driver, owner, { protocol, id: hex(remoteId), ...create }) : null;
      if (channel) driver.handles.get(channel).channel.open(bytes(create.handshake ?? ''));
      driver.emit('pair', mux, { protocol, id: hex(remoteId), channel });
    });
  });
  driver.verb('mux.unpair', ({ mux, protocol, id = null }) => {
    driver.handles.get(mux).unpair({ protocol, id: bytes(id) });
  });

  driver.verb('mux.channel', ({ mux, ...options }) => ({
    handle: createChannel(driver, driver.handles.get(mux), options),
  }));
  driver.verb('mux.open', async ({ channel, handshake = '' }) => {
    driver.handles.get(channel).channel.open(bytes(handshake));
  });
  driver.verb('mux.fullyOpened', async ({ channel }) => ({
    opened: await driver.handles.get(channel).channel.fullyOpened(),
  }));
  driver.verb('mux.send', ({ channel, type = 0, hex: text, count = 1 }) => {
    const { messages } = driver.handles.get(channel);
    const message = bytes(text);
    let drained = true;
    for (let i = 0; i < count; i++) drained = messages[type].send(message);
    return { drained };
  });
  driver.verb('mux.close', ({ channel }) => driver.handles.get(channel).channel.close());
  driver.verb('mux.cork', ({ mux }) => driver.handles.get(mux).cork());
  driver.verb('mux.uncork', ({ mux }) => driver.handles.get(mux).uncork());
  driver.verb('mux.received', ({ channel }) => ({ counts: driver.handles.get(channel).counts }));
}

function createChannel(driver, mux, { protocol, id = null, aliases = [], unique = true, ...options }) {
  const { types = 1, withHandshake = false, echo = false, tell = true } = options;
  const raw = driver.packages.get('compact-encoding').raw;
  const channel = mux.createChannel({
    protocol,
    aliases,
    id: bytes(id),
    unique,
    handshake: withHandshake ? raw : null,
    onopen: (handshake) => driver.emit('open', handle, { handshake: hex(handshake) }),
    onclose: (isRemote) => driver.emit('close', handle, { isRemote }),
    ondestroy: () => driver.emit('destroy', handle),
    ondrain: () => driver.emit('drain', handle),
  });
  // Protomux hands out no second channel with the same key while one is open.
  if (channel === null) return null;
  const counts = new Array(types).fill(0);
  const messages = Array.from({ length: types }, (_, type) =>
    channel.addMessage({
      encoding: raw,
      onmessage(message) {
        counts[type]++;
        if (tell) driver.emit('message', handle, { type, hex: hex(message) });
        if (echo) messages[type].send(message);
      },
    }),
  );
  const handle = driver.handles.add('channel', { channel, messages, counts });
  return handle;
}
