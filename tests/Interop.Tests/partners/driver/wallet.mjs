// Key files, addresses and signatures of trac-wallet; in the pinned set only.
import { bytes, hex } from './keys.mjs';

export function register(driver) {
  const load = async () => (await driver.packages.import('trac-wallet')).default;
  const find = (args) => driver.handles.get(args.wallet);
  const describe = (handle, wallet) => ({
    handle,
    publicKey: hex(wallet.publicKey),
    secretKey: hex(wallet.secretKey),
    mnemonic: wallet.mnemonic,
    derivationPath: wallet.derivationPath,
    address: wallet.address,
  });

  driver.verb('wallet.create', async ({ mnemonic = null, prefix, derivationPath }) => {
    const Wallet = await load();
    const wallet = new Wallet({ mnemonic, networkPrefix: prefix, derivationPath });
    await wallet.ready;
    if (mnemonic === null) await wallet.generateKeyPair(null, derivationPath);
    return describe(driver.handles.add('wallet', wallet), wallet);
  });

  driver.verb('wallet.import', async ({ path, password = null }) => {
    const Wallet = await load();
    const wallet = new Wallet();
    await wallet.ready;
    wallet.importFromFile(path, bytes(password));
    return describe(driver.handles.add('wallet', wallet), wallet);
  });

  driver.verb('wallet.export', ({ path, password = null, ...args }) => find(args).exportToFile(path, bytes(password)));
  driver.verb('wallet.sign', ({ message, ...args }) => ({ signature: hex(find(args).sign(bytes(message))) }));
  driver.verb('wallet.verify', async ({ signature, message, publicKey }) => ({
    valid: (await load()).verify(bytes(signature), bytes(message), bytes(publicKey)),
  }));
}
