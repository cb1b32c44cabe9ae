// A JavaScript partner for the interop tests: `node driver.mjs <set> [outside]`, where <set> is a folder beside this file
// with installed packages. Requests come in on stdin and replies and events leave on stdout, one JSON object a line; stdout
// carries nothing else. The process ends when stdin does, so a partner never outlives the test that started it. In a
// network namespace that the test has made, `outside` is the test's own (/proc/self/ns/net), in which it must not be.
import { Driver } from './driver/driver.mjs';
import * as bee from './driver/bee.mjs';
import * as cores from './driver/cores.mjs';
import * as coreScript from './driver/core-script.mjs';
import * as duplex from './driver/duplex.mjs';
import * as hyperdht from './driver/hyperdht.mjs';
import * as hyperswarm from './driver/hyperswarm.mjs';
import * as muxScript from './driver/mux-script.mjs';
import { allowNamespace } from './driver/network.mjs';
import * as protomux from './driver/protomux.mjs';
import * as records from './driver/records.mjs';
import * as relay from './driver/relay.mjs';
import * as replication from './driver/replication.mjs';
import * as secretStream from './driver/secret-stream.mjs';
import * as sidechannel from './driver/sidechannel.mjs';
import * as udx from './driver/udx.mjs';
import * as wakeup from './driver/wakeup.mjs';
import * as wallet from './driver/wallet.mjs';

const [set, outside] = process.argv.slice(2);
if (outside) allowNamespace(outside);
const driver = new Driver(set);
for (const layer of [
  duplex,
  udx,
  secretStream,
  protomux,
  muxScript,
  hyperdht,
  records,
  relay,
  hyperswarm,
  sidechannel,
  wallet,
  cores,
  replication,
  coreScript,
  bee,
  wakeup,
]) {
  layer.register(driver);
}
driver.run();
