// The encrypted stream of a connection by key, and Protomux on it.
import { connection } from './network.mjs';
import { now, percentile, throughput } from './timing.mjs';

export function register(driver) {
  driver.verb('bench.stream', async ({ bytes, chunk }) => {
    const { here, there } = await connection(driver, 'stream');
    return { values: [await throughput(here, there, bytes, chunk)] };
  });

  driver.verb('bench.echo', async ({ count, size }) => {
    const { here, there } = await connection(driver, 'stream');
    const message = Buffer.alloc(size, 1);
    const samples = [];
    const echo = (data) => there.write(data);
    there.on('data', echo);
    let started = now();
    await new Promise((resolve) => {
      const onAnswer = () => {
        samples.push((now() - started) * 1e3);
        if (samples.length === count) {
          here.off('data', onAnswer);
          resolve();
          return;
        }
        started = now();
        here.write(message);
      };
      here.on('data', onAnswer);
      here.write(message);
    });
    there.off('data', echo);
    return { values: [percentile(samples, 0.5), percentile(samples, 0.99)] };
  });

  let channels = null;
  driver.verb('bench.mux', async ({ count, size }) => {
    const { sender, receiver } = await (channels ??= open());
    const message = Buffer.alloc(size, 2);
    const started = now();
    const arrived = receiver.expect(count);
    for (let i = 0; i < count; i++) {
      if (!sender.message.send(message)) await sender.drained();
    }
    await arrived;
    return { values: [count / (now() - started)] };
  });

  async function open() {
    const Protomux = driver.packages.get('protomux');
    const raw = driver.packages.get('compact-encoding').raw;
    const { here, there } = await connection(driver, 'mux');
    const end = (stream) => {
      let [left, done, onDrain] = [0, null, null];
      const channel = Protomux.from(stream).createChannel({ protocol: 'bench', ondrain: () => onDrain?.() });
      const message = channel.addMessage({
        encoding: raw,
        onmessage() {
          if (--left === 0) done();
        },
      });
      return {
        channel,
        message,
        expect(count) {
          left = count;
          return new Promise((resolve) => (done = resolve));
        },
        drained: () => new Promise((resolve) => (onDrain = resolve)),
      };
    };
    const [sender, receiver] = [end(here), end(there)];
    sender.channel.open();
    receiver.channel.open();
    await Promise.all([sender.channel.fullyOpened(), receiver.channel.fullyOpened()]);
    return { sender, receiver };
  }
}
