// From a join to the connection, with the other side on the topic already.
import { randomBytes } from 'node:crypto';

import { network, nodeOptions } from './network.mjs';
import { now, percentile } from './timing.mjs';

export function register(driver) {
  driver.verb('bench.join', async ({ count }) => {
    const HyperDHT = driver.packages.get('hyperdht');
    const Hyperswarm = driver.packages.get('hyperswarm');
    const { bootstrap } = await network(driver, 10);
    const samples = [];
    for (let i = 0; i < count; i++) {
      const topic = randomBytes(32);
      const swarms = [0, 1].map(() => new Hyperswarm({ dht: new HyperDHT(nodeOptions(bootstrap)) }));
      const connected = swarms.map((swarm) => new Promise((resolve) => swarm.once('connection', resolve)));
      for (const swarm of swarms) {
        swarm.on('connection', (stream) => stream.on('error', () => {}));
        await swarm.dht.fullyBootstrapped();
      }
      await swarms[0].join(topic).flushed();
      const started = now();
      swarms[1].join(topic);
      await Promise.all(connected);
      samples.push(now() - started);
      await Promise.all(swarms.map((swarm) => swarm.destroy()));
    }
    return { values: [percentile(samples, 0.5)] };
  });
}
