// What a DHT stores for others: who serves a topic or a key, immutable and mutable values.
import { bytes, hex, keyPair } from './keys.mjs';
import { describeAddress } from './hyperdht.mjs';

export function register(driver) {
  const find = (args) => driver.handles.get(args.node);

  driver.verb('dht.announce', async ({ topic, seed, relayAddresses = [], ...args }) => {
    const query = find(args).announce(bytes(topic), keyPair(driver, seed), relayAddresses);
    await query.finished();
    return { closest: query.closestNodes.map(describeAddress) };
  });

  driver.verb('dht.unannounce', async ({ topic, seed, ...args }) => {
    await find(args).unannounce(bytes(topic), keyPair(driver, seed));
  });

  driver.verb('dht.lookup', async ({ topic, ...args }) => {
    const answers = [];
    for await (const { from, peers, bump } of find(args).lookup(bytes(topic))) {
      answers.push({ from: describeAddress(from), bump, peers: peers.map(describePeer) });
    }
    return { answers };
  });

  driver.verb('dht.findPeer', async ({ publicKey, ...args }) => {
    const answers = [];
    for await (const { from, peer } of find(args).findPeer(bytes(publicKey))) {
      answers.push({ from: describeAddress(from), peer: describePeer(peer) });
    }
    return { answers };
  });

  driver.verb('dht.immutablePut', async ({ value, ...args }) => {
    const { hash, closestNodes } = await find(args).immutablePut(bytes(value));
    return { hash: hex(hash), closest: closestNodes.map(describeAddress) };
  });

  driver.verb('dht.immutableGet', async ({ hash, ...args }) => {
    const found = await find(args).immutableGet(bytes(hash));
    return { value: hex(found?.value), from: found ? describeAddress(found.from) : null };
  });

  driver.verb('dht.mutablePut', async ({ seed, value, seq = 0, ...args }) => {
    const put = await find(args).mutablePut(keyPair(driver, seed), bytes(value), { seq });
    return { publicKey: hex(put.publicKey), seq: put.seq, signature: hex(put.signature) };
  });

  driver.verb('dht.mutableGet', async ({ publicKey, seq = 0, latest = true, ...args }) => {
    const found = await find(args).mutableGet(bytes(publicKey), { seq, latest });
    return { value: hex(found?.value), seq: found?.seq ?? null, signature: hex(found?.signature) };
  });
}

const describePeer = ({ publicKey, relayAddresses }) => ({ publicKey: hex(publicKey), relayAddresses });
