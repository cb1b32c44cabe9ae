// Objects that live in this process and are spoken of by name from the other.
export class Handles {
  #items = new Map();
  #next = 1;

  add(kind, item) {
    const handle = `${kind}:${this.#next++}`;
    this.#items.set(handle, item);
    return handle;
  }

  get(handle) {
    const item = this.#items.get(handle);
    if (!item) throw new Error(`no such handle ${handle}`);
    return item;
  }

  take(handle) {
    const item = this.get(handle);
    this.#items.delete(handle);
    return item;
  }
}
