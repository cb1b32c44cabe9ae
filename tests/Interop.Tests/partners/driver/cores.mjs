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
  driver.verb('core.hash', async (args) => ({ hash: hex(await find(args).treeHash()), ...describe(find(args)) }));
  driver.verb('core.set-user-data', ({ name, value, ...args }) => find(args).setUserData(name, bytes(value)));
  driver.verb('core.get-user-data', async ({ name, ...args }) => ({ value: hex(await find(args).getUserData(name)) }));
}
