// Stores of cores on disk: corestore, hypercore and hypercore-storage; in the cores sets only.
import { bytes, hex } from './keys.mjs';

export function register(driver) {
  const find = (args) => driver.handles.get(args.core);
  const describe = (core) => ({
    key: hex(core.key),
    discoveryKey: hex(core.discoveryKey),
    length: core.length,
    byteLength: core.byteLength,
    fork: core.fork,
    contiguousLength: core.contiguousLength,
    writable: core.writable,
  });

  driver.verb('store.open', async ({ path, primaryKey = null }) => {
    const Corestore = driver.packages.get('corestore');
    const options = primaryKey === null ? {} : { primaryKey: bytes(primaryKey), unsafe: true };
    const store = new Corestore(path, options);
    await store.ready();
    return { handle: driver.handles.add('store', store) };
  });
  driver.verb('store.close', ({ store }) => driver.handles.take(store).close());

  driver.verb('store.core', async ({ store, name, key, session, encryptionKey = null, isBlockKey = false, compat = null }) => {
    const options = key ? { key: bytes(key), createIfMissing: false } : { name };
    if (compat !== null) options.compat = compat;
    if (encryptionKey !== null) options.encryption = { key: bytes(encryptionKey), block: isBlockKey };
    let core = driver.handles.get(store).get(options);
    await core.ready();
    if (session) {
      core = core.session({ name: session });
      await core.ready();
    }
    return { handle: driver.handles.add('core', core), ...describe(core) };
  });

  driver.verb('core.append', async ({ blocks, ...args }) => {
    await find(args).append(blocks.map(bytes));
    return describe(find(args));
  });
  driver.verb('core.truncate', async ({ length, ...args }) => {
    await find(args).truncate(length);
    return describe(find(args));
  });
  driver.verb('core.clear', ({ start, end, ...args }) => find(args).clear(start, end));
  driver.verb('core.get', async ({ index, ...args }) => ({ value: hex(await find(args).get(index, { wait: false })) }));
  driver.verb('core.raw', async ({ index, ...args }) => ({
    value: hex(await find(args).get(index, { wait: false, raw: true })),
  }));
  // Of what is stored: from 11.37 on treeHash() first waits for the last block. Nodes that are replaced by another fork while
  // it reads them are missing to it; then it is asked again.
  driver.verb('core.hash', async (args) => {
    const core = find(args);
    const { treeHashFromStorage } = core.constructor;
    while (true) {
      const { length, fork } = core;
      try {
        return { hash: hex(await (treeHashFromStorage ? treeHashFromStorage(core) : core.treeHash())), ...describe(core) };
      } catch (error) {
        const moving = core.core.replicator._applyingReorg;
        if (!moving && core.length === length && core.fork === fork) throw error;
        await moving;
      }
    }
  });
  driver.verb('core.set-user-data', ({ name, value, ...args }) => find(args).setUserData(name, bytes(value)));
  driver.verb('core.get-user-data', async ({ name, ...args }) => ({ value: hex(await find(args).getUserData(name)) }));
}
