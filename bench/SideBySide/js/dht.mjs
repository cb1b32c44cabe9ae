// Pings between two nodes, and connections by key.
import { network, nodeOptions } from './network.mjs';
import { now, percentile } from './timing.mjs';

export function register(driver) {
  driver.verb('bench.ping', async ({ count, parallel }) => {
    const { nodes } = await network(driver, 10);
    const [from, to] = [nodes.at(-1), nodes.at(-2).address()];
    const target = { host: '127.0.0.1', port: to.port };
    const samples = [];
    const started = now();
    let left = count;
    const worker = async () => {
      while (left-- > 0) {
        const sent = now();
        await from.ping(target);
        samples.push((now() - sent) * 1e3);
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    const elapsed = now() - started;
    return { values: [parallel === 1 ? percentile(samples, 0.5) : count / elapsed] };
  });

  let world = null;
  driver.verb('bench.connect', async ({ count, size }) => {
    const { client, server } = await (world ??= prepare(size));
    const samples = [];
    for (let i = 0; i < count; i++) {
      const started = now();
      const accepted = new Promise((resolve) => server.once('connection', resolve));
      const here = client.connect(server.publicKey);
      here.on('error', () => {});
      const [there] = await Promise.all([accepted, here.opened]);
      samples.push(now() - started);
      const closed = new Promise((resolve) => there.once('close', resolve));
      there.on('error', () => {});
      here.destroy();
      await closed;
    }
    return { values: [percentile(samples, 0.5), percentile(samples, 0.99)] };
  });

  async function prepare(size) {
    const HyperDHT = driver.packages.get('hyperdht');
    const { bootstrap } = await network(driver, size);
    const [client, host] = [new HyperDHT(nodeOptions(bootstrap)), new HyperDHT(nodeOptions(bootstrap))];
    const server = host.createServer();
    await server.listen();
    await client.fullyBootstrapped();
    return { client, server };
  }
}
