// Loads packages from the node_modules of one set.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const partners = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export class Packages {
  #folder;
  #require;

  constructor(set) {
    if (!/^[a-z-]+$/.test(set ?? '')) throw new Error('usage: node driver.mjs <set>');
    this.#folder = path.join(partners, set);
    this.#require = createRequire(path.join(this.#folder, 'package.json'));
  }

  /** A CommonJS package. */
  get(name) {
    return this.#require(name);
  }

  has(name) {
    try {
      this.#require.resolve(name);
      return true;
    } catch {
      return false;
    }
  }

  /** An ES module package. */
  import(name) {
    return import(pathToFileURL(this.#require.resolve(name)));
  }

  /** Installed versions of the packages that the set names. */
  versions() {
    const read = (...parts) => JSON.parse(readFileSync(path.join(this.#folder, ...parts, 'package.json'), 'utf8'));
    return Object.fromEntries(
      Object.keys(read().dependencies).map((name) => [name, read('node_modules', name).version]),
    );
  }
}
