// Cores over connections: what a store of cores.mjs downloads, and from whom. The streams are those of duplex.mjs.
import { createHash } from 'node:crypto';

import { bytes, hex } from './keys.mjs';
import { fillPattern } from './pattern.mjs';

const APPEND_BYTES = 4 * 1024 * 1024;

export function register(driver) {
  const find = (args) => driver.handles.get(args.core);

  driver.verb('store.replicate', ({ store, stream }) => {
    driver.handles.get(store).replicate(driver.handles.get(stream).stream);
  });
  // As an app does: every connection that a swarm makes from now on, its stream attached in mode `none`.
  driver.verb('swarm.replicate', ({ swarm, store }) => {
    const cores = driver.handles.get(store);
    driver.handles.get(swarm).on('connection', (connection) => cores.replicate(connection));
  });
  // By key, or by name; with an encryption key it reads and writes clear text. `idle` makes a session that wants nothing, of a
  // core that says so as soon as no session wants anything. `allowFork` is the core's: who opens it first decides.
  driver.verb('store.open-core', async ({ store, key, name, encryptionKey, idle = false, allowFork = true }) => {
    const options = { ...(key ? { key: bytes(key) } : { name }), allowFork };
    if (encryptionKey) options.encryption = { key: bytes(encryptionKey) };
    if (idle) Object.assign(options, { active: false, notDownloadingLinger: 0 });
    const core = driver.handles.get(store).get(options);
    await core.ready();
    const handle = driver.handles.add('core', core);
    core.on('truncate', (length, fork) => driver.emit('truncate', handle, { length, fork }));
    core.on('conflict', (length, fork) => driver.emit('conflict', handle, { length, fork }));
    core.on('verification-error', (error) => driver.emit('verification-error', handle, { message: error.message }));
    return { handle, key: hex(core.key), length: core.length, fork: core.fork, contiguousLength: core.contiguousLength };
  });
  driver.verb('core.close', (args) => driver.handles.take(args.core).close());

  driver.verb('core.state', (args) => {
    const core = find(args);
    return {
      key: hex(core.key),
      length: core.length,
      fork: core.fork,
      contiguousLength: core.contiguousLength,
      peers: core.peers.length,
    };
  });
  // Block i of a seed is the pattern of seed + i from its beginning.
  driver.verb('core.fill', async ({ count, size, seed = 0, ...args }) => {
    const core = find(args);
    const perCall = Math.max(1, Math.min(4096, Math.floor(APPEND_BYTES / size)));
    for (let i = 0; i < count; ) {
      const blocks = [];
      for (const end = Math.min(count, i + perCall); i < end; i++) {
        blocks.push(fillPattern(Buffer.alloc(size), seed + i, 0));
      }
      await core.append(blocks);
    }
  });
  driver.verb('core.update', async (args) => ({ updated: await find(args).update({ wait: true }) }));
  driver.verb('core.fetch', async ({ index, timeout = 0, ...args }) => ({
    value: hex(await find(args).get(index, { timeout })),
  }));
  driver.verb('core.seek', async ({ at, timeout = 0, ...args }) => ({ found: await find(args).seek(at, { timeout }) }));
  driver.verb('core.download', async ({ start = 0, end = -1, blocks, linear = false, wait = true, ...args }) => {
    const range = find(args).download(blocks ? { blocks } : { start, end, linear });
    if ((end === -1 && !blocks) || !wait) return;
    await range.done();
  });
  // What its replicator knows of its peers. Versions that do not count what was not available, and pause nobody for it, say 0.
  driver.verb('core.peers', (args) => ({
    peers: find(args).core.replicator.peers.map((peer) => ({
      length: peer.remoteLength,
      fork: peer.remoteFork,
      contiguousLength: peer.remoteContiguousLength ?? 0,
      inFlight: peer.inflight,
      isPaused: peer.paused,
      notAvailable: peer.stats?.notAvailableBackoffs ?? 0,
    })),
  }));
  // As if a value had been replaced by another below every checksum, or lost.
  driver.verb('core.damage', async ({ index, value, ...args }) => {
    const batch = find(args).state.storage.write();
    if (value === null) batch.deleteBlock(index);
    else batch.putBlock(index, bytes(value));
    await batch.flush();
  });
  // Downloads all, now and later, and tells how far it is whenever the next block in order has come.
  driver.verb('core.follow', (args) => {
    const core = find(args);
    core.download({ start: 0, end: -1 });
    (async () => {
      while (!core.closed) {
        const { fork, length, contiguousLength } = core;
        driver.emit('progress', args.core, { fork, length, contiguousLength });
        // It fails if the writer cuts the core meanwhile.
        await core.get(contiguousLength).catch(() => {});
      }
    })();
  });
  driver.verb('core.has', async ({ start, end, ...args }) => ({ has: await find(args).has(start, end) }));
  driver.verb('core.digest', async ({ start = 0, end, ...args }) => {
    const core = find(args);
    const hash = createHash('sha256');
    for (let i = start; i < (end ?? core.length); i++) hash.update(await core.get(i, { wait: false }));
    return { hash: hash.digest('hex') };
  });
  driver.verb('core.extension', ({ name, ...args }) => {
    const handle = driver.handles.add('extension', name);
    const extension = find(args).registerExtension(name, {
      encoding: 'binary',
      // An empty message is null to the older versions.
      onmessage: (message) => driver.emit('extension', handle, { hex: message?.toString('hex') ?? '' }),
    });
    return { handle: driver.handles.add('sender', extension), receiver: handle };
  });
  driver.verb('core.broadcast', ({ extension, message }) => driver.handles.get(extension).broadcast(bytes(message)));
}
