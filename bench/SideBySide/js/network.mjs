// Local networks and connections, made once and used by many timed verbs.
const worlds = new Map();

/** A network of `size` nodes, the same for every call with this size. */
export function network(driver, size) {
  const made = worlds.get(size) ?? start(driver, size);
  worlds.set(size, made);
  return made;
}

export function nodeOptions(bootstrap) {
  return { bootstrap, nodes: [], host: '127.0.0.1', ephemeral: true };
}

async function start(driver, size) {
  const createTestnet = driver.packages.get('hyperdht/testnet');
  return createTestnet(size, { host: '127.0.0.1' });
}

const connections = new Map();

/** A connection by key between two nodes, as both of its ends; the same for every call with this purpose. */
export function connection(driver, purpose) {
  const made = connections.get(purpose) ?? connect(driver);
  connections.set(purpose, made);
  return made;
}

async function connect(driver) {
  const HyperDHT = driver.packages.get('hyperdht');
  const { bootstrap } = await network(driver, 10);
  const [client, host] = [new HyperDHT(nodeOptions(bootstrap)), new HyperDHT(nodeOptions(bootstrap))];
  const server = host.createServer();
  const accepted = new Promise((resolve) => server.once('connection', resolve));
  await server.listen();
  const here = client.connect(server.publicKey);
  const there = await accepted;
  await here.opened;
  return { here, there };
}
