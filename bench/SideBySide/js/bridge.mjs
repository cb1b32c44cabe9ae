// The network in which the peers with bridges meet; they have processes of their own (intercom/peer.mjs).
import { network } from './network.mjs';

export function register(driver) {
  driver.verb('bench.bootstrap', async () => ({ bootstrap: (await network(driver, 10)).bootstrap }));
}
