// Writes to the cores of a store until it is killed, and says on stdout what is acknowledged, as tests/StoreWriter does:
// `node store-writer.mjs <set> <folder> <seed> <steps of core 0> <of core 1> <of core 2> [port]`; with a port it replicates
// meanwhile with whoever listens there. It never clears: JavaScript then drops nodes that it needs later.
import { writeSync } from 'node:fs';
import net from 'node:net';
import { Packages } from './driver/packages.mjs';

const [set, folder, seed, ...numbers] = process.argv.slice(2);
const [steps, port] = [numbers.slice(0, 3), numbers[3]];
const maxBlocks = 6;

function mix(value) {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

function block(hash, i) {
  const mixed = mix((hash + i) >>> 0);
  return Buffer.alloc(mixed % 40 === 0 ? 5000 : mixed % 200, (mixed >>> 8) & 255);
}

const packages = new Packages(set);
const Corestore = packages.get('corestore');
const store = new Corestore(folder, { primaryKey: Buffer.alloc(32), unsafe: true });

async function write(number) {
  const core = store.get({ name: `core ${number}` });
  await core.ready();
  for (let i = Number(steps[number]); ; i++) {
    const start = Number(seed) + Math.imul(number, 0x9e3779b1) + Math.imul(i, 0x85ebca6b);
    const hash = mix(start >>> 0);
    const rest = hash >>> 8;
    if (hash % 10 === 0 && core.length > maxBlocks) await core.truncate(core.length - (rest % maxBlocks));
    else await core.append(Array.from({ length: 1 + (rest % maxBlocks) }, (_, j) => block(hash, j)));
    writeSync(1, `${number} ${i}\n`);
  }
}

await store.ready();
if (port) {
  const SecretStream = packages.get('@hyperswarm/secret-stream');
  const socket = net.connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
  store.replicate(new SecretStream(true, socket));
}
await Promise.all(steps.map((_, number) => write(number)));
