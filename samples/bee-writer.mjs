// Writes what it reads into a Hyperbee and shares it: `npm install hyperbee corestore hyperswarm`, then
// `node bee-writer.mjs [host:port]`. Each line "key value" is put, a line "key" alone is deleted. The argument names a node
// of another DHT than the public one.
import readline from 'node:readline';

import Corestore from 'corestore';
import Hyperbee from 'hyperbee';
import Hyperswarm from 'hyperswarm';

const [node] = process.argv.slice(2);
const store = new Corestore('bee-writer-store');
const swarm = new Hyperswarm(node ? { bootstrap: [node] } : {});
const bee = new Hyperbee(store.get({ name: 'bee' }), { keyEncoding: 'utf-8', valueEncoding: 'utf-8' });

await bee.ready();
swarm.on('connection', (connection) => store.replicate(connection));
await swarm.join(bee.core.discoveryKey).flushed();
console.log(`key ${bee.core.id}`);

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [key, ...value] = line.split(' ');
  if (value.length > 0) await bee.put(key, value.join(' '));
  else await bee.del(key);
}
await swarm.destroy();
await store.close();
