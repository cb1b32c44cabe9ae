// Key pairs from 32-byte seeds in hex, the same on both sides.
export function keyPair(driver, seed) {
  // The cores sets have no HyperDHT; its key pairs are those of the stream.
  const maker = driver.packages.get(driver.packages.has('hyperdht') ? 'hyperdht' : '@hyperswarm/secret-stream');
  return maker.keyPair(seed ? Buffer.from(seed, 'hex') : undefined);
}

export const hex = (buffer) => buffer?.toString('hex') ?? null;
export const bytes = (text) => (text === null || text === undefined ? null : Buffer.from(text, 'hex'));
