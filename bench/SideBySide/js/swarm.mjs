// Finding each other on a topic, all of some, and again after a cut.
import { randomBytes } from 'node:crypto';

import { network, nodeOptions } from './network.mjs';
import { now, percentile } from './timing.mjs';

/** Completes when `count` connections of the swarm stand. */
function connected(swarm, count) {
  return new Promise((resolve) => {
    const look = () => {
      if (swarm.connections.size !== count) return;
      swarm.off('update', look);
      resolve();
    };
    swarm.on('update', look);
    look();
  });
}

async function start(driver, count) {
  const HyperDHT = driver.packages.get('hyperdht');
  const Hyperswarm = driver.packages.get('hyperswarm');
  const { bootstrap } = await network(driver, 10);
  const swarms = Array.from({ length: count }, () => new Hyperswarm({ dht: new HyperDHT(nodeOptions(bootstrap)) }));
  for (const swarm of swarms) {
    swarm.on('connection', (stream) => stream.on('error', () => {}).resume());
    await swarm.dht.fullyBootstrapped();
  }
  return swarms;
}

const all = (swarms, count) => Promise.all(swarms.map((swarm) => connected(swarm, count)));

/** Milliseconds of what `work` does with new swarms on a new topic, the median of `count`. */
async function measure(driver, count, size, work) {
  const samples = [];
  for (let i = 0; i < count; i++) {
    const swarms = await start(driver, size);
    samples.push(await work(swarms, randomBytes(32)));
    await Promise.all(swarms.map((swarm) => swarm.destroy()));
  }
  return { values: [percentile(samples, 0.5)] };
}

// From a join to the connection, with the other side on the topic already.
async function join(swarms, topic) {
  await swarms[0].join(topic).flushed();
  const started = now();
  swarms[1].join(topic);
  await all(swarms, 1);
  return now() - started;
}

// From the loss of the first connection of two peers to the next one on both sides.
async function reconnect(swarms, topic) {
  for (const swarm of swarms) await swarm.join(topic).flushed();
  await all(swarms, 1);
  const started = now();
  for (const stream of swarms[0].connections) stream.destroy();
  await all(swarms, 0);
  await all(swarms, 1);
  return now() - started;
}

// From the first join to the last connection, each joining when the one before it is announced.
async function mesh(swarms, topic) {
  const started = now();
  for (const swarm of swarms) await swarm.join(topic).flushed();
  await all(swarms, swarms.length - 1);
  return now() - started;
}

export function register(driver) {
  driver.verb('bench.join', ({ count }) => measure(driver, count, 2, join));
  driver.verb('bench.reconnect', ({ count }) => measure(driver, count, 2, reconnect));
  driver.verb('bench.mesh', ({ count, size }) => measure(driver, count, size, mesh));
}
