// What every stream of the stack can do, be it a UDX stream, a secret stream or a connection: verbs `stream.*`.
// A stream is attached in one mode: `hash` counts and hashes what arrives, `echo` writes it back, `data` tells of each
// message, `none` leaves reading to the caller.
import { fillPattern, Intake } from './pattern.mjs';

/** Gives `stream` a handle and reports its life: open, end, error and close. */
export function attach(driver, stream, { mode = 'hash', echoMessages = false } = {}) {
  const intake = new Intake();
  const handle = driver.handles.add('stream', { stream, intake });
  let failure = null;

  if (mode === 'hash') stream.on('data', (data) => intake.push(data));
  if (mode === 'data') stream.on('data', (data) => driver.emit('data', handle, { hex: data.toString('hex') }));
  if (mode === 'echo') {
    stream.on('data', (data) => {
      intake.push(data);
      if (!stream.write(data)) {
        stream.pause();
        stream.once('drain', () => stream.resume());
      }
    });
  }
  if (mode !== 'none') {
    stream.on('end', () => {
      intake.finish('end');
      driver.emit('end', handle);
      if (mode === 'echo') stream.end();
    });
  }
  stream.on('message', (message) => {
    driver.emit('message', handle, { hex: message.toString('hex') });
    if (echoMessages) (stream.trySend ?? stream.send).call(stream, message);
  });
  stream.on('error', (error) => {
    failure = error;
  });
  stream.on('close', () => {
    intake.finish('close');
    driver.emit('close', handle, { code: failure?.code ?? null, message: failure?.message ?? null });
  });
  return handle;
}

export function register(driver) {
  const find = (args) => driver.handles.get(args.stream);

  driver.verb('stream.write', async ({ bytes, seed = 0, offset = 0, chunk = 65_536, ...args }) => {
    const { stream } = find(args);
    const started = performance.now();
    for (let written = 0; written < bytes; ) {
      const size = Math.min(chunk, bytes - written);
      const accepted = stream.write(fillPattern(Buffer.allocUnsafe(size), seed, offset + written));
      if (!accepted) await drained(stream);
      written += size;
    }
    return { milliseconds: performance.now() - started };
  });
  driver.verb('stream.writeHex', (args) => ({ drained: find(args).stream.write(Buffer.from(args.hex, 'hex')) }));
  driver.verb('stream.flush', async (args) => ({ flushed: await find(args).stream.flush() }));
  driver.verb('stream.wait', ({ bytes = 0, messages = 0, ...args }) => find(args).intake.wait(bytes, messages));
  driver.verb('stream.send', async (args) => ({ sent: await find(args).stream.send(Buffer.from(args.hex, 'hex')) }));
  driver.verb('stream.end', (args) => void find(args).stream.end());
  driver.verb('stream.destroy', (args) => void find(args).stream.destroy());
  driver.verb('stream.pause', (args) => void find(args).stream.pause());
  driver.verb('stream.resume', (args) => void find(args).stream.resume());
  // Where the packets of the UDX stream go now.
  driver.verb('stream.remote', (args) => {
    const { stream } = find(args);
    const { remoteHost, remotePort } = stream.rawStream ?? stream;
    return { host: remoteHost, port: remotePort };
  });
  driver.verb('stream.stats', (args) => {
    const { stream } = find(args);
    const raw = stream.rawStream ?? stream;
    const { rtt, cwnd, mtu, retransmits, rtoCount, fastRecoveries, packetsTransmitted, packetsReceived } = raw;
    return { rtt, cwnd, mtu, retransmits, rtoCount, fastRecoveries, packetsTransmitted, packetsReceived };
  });
}

function drained(stream) {
  return new Promise((resolve, reject) => {
    const done = (outcome) => () => {
      stream.off('drain', onDrain);
      stream.off('close', onClose);
      outcome();
    };
    const onDrain = done(resolve);
    const onClose = done(() => reject(new Error('the stream closed before it drained')));
    stream.on('drain', onDrain);
    stream.on('close', onClose);
  });
}
