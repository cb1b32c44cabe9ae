// The wakeup protocol over connections; in the cores sets that have it. Streams are those of duplex.mjs, attached in mode `none`.
import { bytes, hex } from './keys.mjs';

export function register(driver) {
  const find = (args) => driver.handles.get(args.wakeup);

  // With `answer` a topic that nobody has is opened with that key when a peer asks for it.
  driver.verb('wakeup.create', ({ answer = null }) => {
    const ProtomuxWakeup = driver.packages.get('protomux-wakeup');
    const wakeup = new ProtomuxWakeup((id, mux) => {
      driver.emit('unknown', handle, { id: hex(id) });
      if (answer) driver.emit('session', handle, { session: openSession(driver, wakeup, { key: answer }), isMux: !!mux.stream });
    });
    const handle = driver.handles.add('wakeup', wakeup);
    return { handle };
  });
  driver.verb('wakeup.add-stream', ({ stream, ...args }) => find(args).addStream(driver.handles.get(stream).stream));
  driver.verb('wakeup.session', ({ wakeup, ...options }) => ({
    handle: openSession(driver, driver.handles.get(wakeup), options),
  }));
  driver.verb('wakeup.destroy', (args) => find(args).destroy());

  const session = (args) => driver.handles.get(args.session);
  driver.verb('wakeup.lookup', ({ hash = null, ...args }) => session(args).broadcastLookup({ hash: bytes(hash) }));
  driver.verb('wakeup.announce', ({ writers, ...args }) => {
    for (const peer of session(args).peers) session(args).announce(peer, decode(writers));
  });
  driver.verb('wakeup.activate', (args) => session(args).active());
  driver.verb('wakeup.deactivate', (args) => session(args).inactive());
  driver.verb('wakeup.close', (args) => session(args).destroy());
}

const decode = (writers) => writers.map(({ key, length }) => ({ key: bytes(key), length }));

// Every call of a handler is an event; lookups are answered with `answers`.
function openSession(driver, wakeup, { key, active = true, discoveryKey = null, answers = null }) {
  const tell = (event, fields) => driver.emit(event, handle, fields);
  const handlers = {
    active,
    discoveryKey: bytes(discoveryKey),
    onpeeradd: () => tell('added'),
    onpeerremove: () => tell('removed'),
    onpeeractive: () => tell('active'),
    onpeerinactive: () => tell('inactive'),
    onlookup(request, peer) {
      tell('lookup', { hash: hex(request.hash) });
      if (answers) session.announce(peer, decode(answers));
    },
    onannounce: (writers) =>
      tell('announce', { writers: writers.map((writer) => ({ key: hex(writer.key), length: writer.length })) }),
  };
  // Nothing is told before the turn is over.
  const session = wakeup.session(bytes(key), handlers);
  const handle = driver.handles.add('wakeup-session', session);
  return handle;
}
