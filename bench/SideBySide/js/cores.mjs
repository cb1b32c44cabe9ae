// Cores and bees of one store on disk; in the cores sets only. Each run has cores of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { now } from './timing.mjs';

const block = (i, size) => Buffer.alloc(size, i & 255);
const key = (i) => Buffer.from(String((i * 7919) % 1_000_000).padStart(6, '0'));

export function register(driver) {
  let store = null;
  let runs = 0;
  let filled = null;

  async function open() {
    if (store) return store;
    const Corestore = driver.packages.get('corestore');
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-cores-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    store = new Corestore(folder);
    await store.ready();
    return store;
  }

  async function newCore() {
    const core = (await open()).get({ name: `run ${runs++}` });
    await core.ready();
    return core;
  }

  async function newBee() {
    const Hyperbee = driver.packages.get('hyperbee');
    return new Hyperbee(await newCore(), { extension: false });
  }

  // Operations in thousands a second.
  async function rate(count, work) {
    const started = now();
    await work();
    return { values: [count / (now() - started)] };
  }

  driver.verb('bench.core-append', async ({ count, size, batch }) => {
    const core = await newCore();
    const result = await rate(count, async () => {
      for (let i = 0; i < count; i += batch) {
        await core.append(Array.from({ length: batch }, (_, j) => block(i + j, size)));
      }
    });
    await core.close();
    return result;
  });

  driver.verb('bench.core-get', async ({ count, size }) => {
    const core = await newCore();
    await core.append(Array.from({ length: count }, (_, i) => block(i, size)));
    const result = await rate(count, async () => {
      for (let i = 0; i < count; i++) await core.get(i);
    });
    await core.close();
    return result;
  });

  driver.verb('bench.bee-put', async ({ count, size, batch }) => {
    const bee = await newBee();
    const result = await rate(count, async () => {
      if (batch === 1) {
        for (let i = 0; i < count; i++) await bee.put(key(i), block(i, size));
        return;
      }
      for (let i = 0; i < count; i += batch) {
        const changes = bee.batch();
        for (let j = i; j < i + batch; j++) await changes.put(key(j), block(j, size));
        await changes.flush();
      }
    });
    await bee.close();
    return result;
  });

  // The same bee for gets and scans of every round.
  async function fill(count, size) {
    if (filled) return filled;
    filled = await newBee();
    const changes = filled.batch();
    for (let i = 0; i < count; i++) await changes.put(key(i), block(i, size));
    await changes.flush();
    return filled;
  }

  driver.verb('bench.bee-get', async ({ count, keys, size }) => {
    const bee = await fill(keys, size);
    return rate(count, async () => {
      for (let i = 0; i < count; i++) await bee.get(key((i * 31) % keys));
    });
  });

  driver.verb('bench.bee-scan', async ({ keys, scans, size }) => {
    const bee = await fill(keys, size);
    let found = 0;
    const result = await rate(scans * keys, async () => {
      for (let i = 0; i < scans; i++) {
        for await (const _ of bee.createReadStream()) found++;
      }
    });
    if (found !== scans * keys) throw new Error(`${found} of ${scans} times ${keys} entries`);
    return result;
  });
}
