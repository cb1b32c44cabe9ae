// A JavaScript Intercom as far as its sidechannels and its bridge go, with the packages that Intercom resolves and on its
// runtime, Bare. What is done for each message is what the original does for it (Trac-Systems/intercom 964f578,
// features/sidechannel and features/sc-bridge), so that the figures are those of the original; what only matters where
// channels have owners, invites or welcomes is left out. Argument: bootstrap, channel, difficulty and token as JSON.
import Hyperswarm from 'hyperswarm';
import { keyPair as makeKeyPair } from 'hypercore-crypto';
import Wallet from 'trac-wallet';
import { Bridge } from './bridge.mjs';
import { Sidechannels } from './sidechannels.mjs';

const EntryChannel = '0000intercom';
const LookMilliseconds = 20;

const { bootstrap, channel, difficulty, token } = JSON.parse(Bare.argv[2]);
const keyPair = makeKeyPair();
const swarm = new Hyperswarm({ bootstrap, keyPair });
const wallet = await Wallet.fromKeyPair(keyPair);
const sidechannels = new Sidechannels({ swarm, wallet, difficulty, names: [EntryChannel, channel] });
const bridge = new Bridge({ sidechannels, token });
await sidechannels.start();
console.log(JSON.stringify({ port: bridge.port }));

const looking = setInterval(() => {
  if (!sidechannels.isOpen(channel)) return;
  console.log(JSON.stringify({ opened: true }));
  clearInterval(looking);
}, LookMilliseconds);
