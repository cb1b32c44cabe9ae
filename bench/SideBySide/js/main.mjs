// The JavaScript half of the side-by-side runner: the interop driver with verbs that time one piece of work and answer
// its figures. Both ends of everything live in this process, as they do on our side.
import { Driver } from '../../../tests/Interop.Tests/partners/driver/driver.mjs';
import * as bridge from './bridge.mjs';
import * as cores from './cores.mjs';
import * as dht from './dht.mjs';
import * as replication from './replication.mjs';
import * as stream from './stream.mjs';
import * as swarm from './swarm.mjs';
import * as udx from './udx.mjs';

const driver = new Driver(process.argv[2]);
for (const layer of [udx, stream, dht, swarm, bridge, cores, replication]) layer.register(driver);
driver.run();
