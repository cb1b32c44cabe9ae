// Tests talk to loopback, or inside network namespaces that they have made themselves. A DHT node without a bootstrap list
// would join the public network, so there must be one.
import { readlinkSync } from 'node:fs';

let isolated = false;

/** Lets every address be used, from a process in another network namespace than the test's own, `outside`. */
export function allowNamespace(outside) {
  if (readlinkSync('/proc/self/ns/net') === outside) throw new Error('this process is in no namespace of its own');
  isolated = true;
}

export function requireLocal(host) {
  if (!isolated && host !== '::1' && !/^127\.\d+\.\d+\.\d+$/.test(host)) {
    throw new Error(`${host} is not a loopback address`);
  }
  return host;
}

/** Node options that keep a DHT node on loopback, or on another `host`; `bootstrap` holds `{ host, port }`. */
export function localNode(bootstrap, host = '127.0.0.1') {
  if (!Array.isArray(bootstrap) || bootstrap.length === 0) {
    throw new Error('refusing to start a DHT node without a bootstrap list');
  }
  for (const { host } of bootstrap) requireLocal(host);
  return { bootstrap, nodes: [], host: requireLocal(host) };
}

/** Options of the very first node of a network, which knows nobody. */
export function firstNode(port = 0, host = '127.0.0.1') {
  return { bootstrap: [], nodes: [], host: requireLocal(host), port, ephemeral: false, firewalled: false };
}
