// Runs many operations on a core and its sessions in one call; in the cores sets only.
import { bytes, hex } from './keys.mjs';

export function register(driver) {
  // Slot 0 is the core; the others are named sessions and snapshots that a script opened.
  const slots = new Map();

  const state = (session) => ({
    length: session.length,
    byteLength: session.state.byteLength,
    // Of a named session that is opened again, JavaScript forgets the fork.
    fork: session.state.name === null ? session.fork : 0,
    contiguousLength: Math.min(session.length, session.contiguousLength),
    // Of a snapshot of a named session, JavaScript counts what only the session has.
    signedLength: session.state.name !== null && session.state.isSnapshot() ? 0 : session.signedLength,
    hash: hex(session.state.hash()),
  });

  const open = async (all, into, session) => {
    await session.ready();
    all.set(into, session);
    return { state: state(session) };
  };

  const run = async (all, { verb, slot = 0, into, name, index, start, end, length, fork, blocks, value }) => {
    const core = all.get(slot);
    if (!core) return { error: 'NO_SLOT' };
    switch (verb) {
      case 'append':
        await core.append(blocks.map(bytes));
        return { state: state(core) };
      case 'truncate':
        await core.truncate(length, fork === null ? {} : { fork });
        return { state: state(core) };
      case 'clear':
        await core.clear(start, end);
        return { state: state(core) };
      case 'get':
        return { value: hex(await core.get(index, { wait: false })) };
      case 'has':
        return { value: String(await core.has(start, end)) };
      case 'seek':
        return { value: JSON.stringify(await core.seek(index, { wait: false })) };
      case 'snapshot':
        return open(all, into, core.snapshot());
      case 'session':
        return open(all, into, core.session({ name }));
      case 'overwrite':
        return open(all, into, core.session({ name, overwrite: true }));
      case 'commit': {
        if (!all.has(into)) return { error: 'NO_SLOT' };
        const done = await core.commit(all.get(into), length === null ? {} : { length });
        return { value: done === null ? 'null' : 'done', state: state(core) };
      }
      case 'close':
        await core.close();
        all.delete(slot);
        return {};
      case 'set':
        await core.setUserData(name, bytes(value));
        return {};
      case 'user-data':
        return { value: hex(await core.getUserData(name)) };
      default:
        throw new Error(`unknown operation ${verb}`);
    }
  };

  driver.verb('core.run', async ({ core, operations }) => {
    const session = driver.handles.get(core);
    if (!slots.has(core)) slots.set(core, new Map([[0, session]]));
    const answers = [];
    for (const operation of operations) {
      try {
        answers.push(await run(slots.get(core), operation));
      } catch (error) {
        if (!error.code) throw error;
        answers.push({ error: error.code });
      }
    }
    let bits = '';
    for (let i = 0; i < session.length; i++) bits += session.core.bitfield.get(i) ? '1' : '0';
    const heads = Object.fromEntries(
      [...slots.get(core)].map(([slot, { length, fork }]) => [slot, { length, fork }]),
    );
    return { answers, bits, heads };
  });

  driver.verb('core.blocks', async ({ core }) => {
    const session = driver.handles.get(core);
    const blocks = [];
    for (let i = 0; i < session.length; i++) blocks.push(hex(await session.get(i, { wait: false })));
    return { blocks };
  });
}
