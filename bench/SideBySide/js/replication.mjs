// A core replicated to an empty store over an encrypted TCP connection, both on disk and in this process; in the cores sets only.
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { now } from './timing.mjs';

const APPEND_BYTES = 4 * 1024 * 1024;

export function register(driver) {
  const sources = new Map();
  const folders = [];
  process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  async function open() {
    const Corestore = driver.packages.get('corestore');
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-replication-'));
    folders.push(folder);
    const store = new Corestore(folder);
    await store.ready();
    return { store, folder };
  }

  /** A store with one core of so many blocks, the same for every call. */
  async function source(count, size) {
    const known = sources.get(size);
    if (known) return known;
    const { store } = await open();
    const core = store.get({ name: 'source' });
    await core.ready();
    const batch = Math.max(1, Math.min(1024, Math.floor(APPEND_BYTES / size)));
    for (let i = 0; i < count; i += batch) {
      await core.append(Array.from({ length: Math.min(batch, count - i) }, (_, j) => Buffer.alloc(size, (i + j) & 255)));
    }
    const made = { store, core };
    sources.set(size, made);
    return made;
  }

  async function connect(here, there) {
    const SecretStream = driver.packages.get('@hyperswarm/secret-stream');
    const server = net.createServer({ noDelay: true });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = new Promise((resolve) => server.once('connection', resolve));
    const dialled = net.connect({ port: server.address().port, host: '127.0.0.1', noDelay: true });
    const ends = [new SecretStream(true, dialled), new SecretStream(false, await accepted)];
    for (const end of ends) end.on('error', () => {});
    here.replicate(ends[0]);
    there.replicate(ends[1]);
    await Promise.all(ends.map((end) => end.opened));
    return async () => {
      ends.forEach((end) => end.destroy());
      await new Promise((resolve) => server.close(resolve));
    };
  }

  driver.verb('bench.replicate', async ({ count, size, bytes }) => {
    const { store, core } = await source(count, size);
    const target = await open();
    const copy = target.store.get({ key: core.key });
    await copy.ready();
    const cut = await connect(store, target.store);
    const started = now();
    await copy.download({ start: 0, end: count, linear: true }).done();
    const milliseconds = now() - started;
    await cut();
    await target.store.close();
    rmSync(target.folder, { recursive: true, force: true });
    return { values: [(bytes ? (count * size) / 1e3 : count) / milliseconds] };
  });

  driver.verb('bench.replicate-live', async ({ count, size }) => {
    const [from, to] = [await open(), await open()];
    const core = from.store.get({ name: 'live' });
    await core.ready();
    const copy = to.store.get({ key: core.key });
    await copy.ready();
    const cut = await connect(from.store, to.store);
    await core.append(Buffer.alloc(size));
    await copy.get(0);
    const started = now();
    for (let i = 1; i <= count; i++) {
      await core.append(Buffer.alloc(size, i & 255));
      await copy.get(i);
    }
    const milliseconds = now() - started;
    await cut();
    for (const { store, folder } of [from, to]) {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
    return { values: [count / milliseconds] };
  });
}
