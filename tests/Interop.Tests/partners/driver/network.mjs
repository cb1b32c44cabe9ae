// Tests talk to loopback alone. A DHT node without a bootstrap list would join the public network, so there must be one.
export function requireLoopback(host) {
  if (host !== '::1' && !/^127\.\d+\.\d+\.\d+$/.test(host)) throw new Error(`${host} is not a loopback address`);
  return host;
}

/** Node options that keep a DHT node on loopback; `bootstrap` holds `{ host, port }`. */
export function localNode(bootstrap) {
  if (!Array.isArray(bootstrap) || bootstrap.length === 0) {
    throw new Error('refusing to start a DHT node without a bootstrap list');
  }
  for (const { host } of bootstrap) requireLoopback(host);
  return { bootstrap, nodes: [], host: '127.0.0.1' };
}

/** Options of the very first node of a network, which knows nobody. */
export function firstNode(port = 0) {
  return { bootstrap: [], nodes: [], host: '127.0.0.1', port, ephemeral: false, firewalled: false };
}
