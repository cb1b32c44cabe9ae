// Hyperbee on a core of a store; in the cores sets only. Keys and values are bytes, an absent value is null.
import { bytes, hex } from './keys.mjs';

export function register(driver) {
  const find = (args) => driver.handles.get(args.bee);
  const entry = (node) => node && { seq: node.seq, key: hex(node.key), value: hex(node.value) };

  driver.verb('bee.open', async ({ core, extension = false }) => {
    const Hyperbee = driver.packages.get('hyperbee');
    const bee = new Hyperbee(driver.handles.get(core), { extension });
    if (extension) watch(bee);
    // It may have nothing yet, and its peer everything.
    await bee.ready();
    return { handle: driver.handles.add('bee', bee) };
  });

  // Counts the messages of the extension that arrive.
  const heard = new Map();
  const watch = (bee) => {
    const counts = { get: 0, iterator: 0, cache: 0, blocks: 0 };
    heard.set(bee, counts);
    const { onget, oniterator, oncache } = bee.extension;
    const counted = (name, handler) =>
      function (message, from) {
        counts[name]++;
        if (name === 'cache') counts.blocks += message.blocks.length;
        return handler.call(this, message, from);
      };
    bee.extension.onget = counted('get', onget);
    bee.extension.oniterator = counted('iterator', oniterator);
    bee.extension.oncache = counted('cache', oncache);
  };

  driver.verb('bee.heard', (args) => heard.get(find(args)));

  // One entry, from a peer if need be: of a key, or the first of all.
  driver.verb('bee.get', async ({ key, ...args }) => ({ entry: entry(await find(args).get(bytes(key))) ?? null }));
  driver.verb('bee.first', async (args) => {
    for await (const node of find(args).createReadStream()) return { entry: entry(node) };
    return { entry: null };
  });

  const bounds = ({ gt, gte, lt, lte, reverse = false, limit = -1 }) => {
    const range = { reverse, limit };
    for (const [name, value] of Object.entries({ gt, gte, lt, lte })) {
      if (value !== null && value !== undefined) range[name] = bytes(value);
    }
    return range;
  };
  const change = (target, { verb, key, value, refuse = false }) => {
    const options = refuse ? { cas: () => false } : {};
    return verb === 'put' ? target.put(bytes(key), bytes(value), options) : target.del(bytes(key), options);
  };
  const collect = async (stream, show) => {
    const found = [];
    for await (const data of stream) found.push(show(data));
    return found;
  };

  // Runs operations one after the other. Answers the blocks that changed, and what each read gave.
  driver.verb('bee.run', async ({ operations, ...args }) => {
    const bee = find(args);
    await bee.ready();
    let start = bee.core.length;
    const answers = [];
    for (const operation of operations) {
      switch (operation.verb) {
        case 'put':
        case 'del':
          await change(bee, operation);
          break;
        case 'batch': {
          const batch = bee.batch();
          for (const part of operation.parts) await change(batch, part);
          await batch.flush();
          break;
        }
        case 'truncate':
          if (operation.version > bee.core.length) break;
          await bee.core.truncate(operation.version);
          start = Math.min(start, operation.version);
          break;
        case 'get': {
          const node = await bee.get(bytes(operation.key));
          answers.push(node ? [entry(node)] : []);
          break;
        }
        case 'range':
          answers.push(await collect(bee.createReadStream(bounds(operation)), entry));
          break;
        case 'history': {
          const { gte, lt, reverse } = operation;
          const found = await collect(bee.createHistoryStream({ gte, lt, reverse }), (node) => ({
            ...entry(node),
            deleted: node.type === 'del',
          }));
          answers.push(found);
          break;
        }
        case 'diff': {
          const sides = ({ left, right }) => [left && { ...entry(left), left: true }, right && { ...entry(right), left: false }];
          const found = await collect(bee.createDiffStream(operation.version, bounds(operation)), sides);
          answers.push(found.flat().filter((side) => side !== null));
          break;
        }
        default:
          throw new Error(`unknown operation ${operation.verb}`);
      }
    }
    const blocks = [];
    for (let seq = start; seq < bee.core.length; seq++) blocks.push(hex(await bee.core.get(seq)));
    return { start, blocks, answers };
  });
}
