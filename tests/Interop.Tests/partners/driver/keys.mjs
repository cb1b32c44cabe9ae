// Key pairs from 32-byte seeds in hex, the same on both sides.
export function keyPair(driver, seed) {
  const HyperDHT = driver.packages.get('hyperdht');
  return HyperDHT.keyPair(seed ? Buffer.from(seed, 'hex') : undefined);
}

export const hex = (buffer) => buffer?.toString('hex') ?? null;
export const bytes = (text) => (text === null || text === undefined ? null : Buffer.from(text, 'hex'));
