// The oracle of conformance: trivial subclasses of Map and Set, with the standard's upsert methods where
// the runtime does not have them yet.

/** As the standard words it: look up, insert if absent. */
const UPSERT = {
  getOrInsert(key, value) {
    if (Map.prototype.has.call(this, key)) return Map.prototype.get.call(this, key);
    Map.prototype.set.call(this, key, value);
    return value;
  },
  getOrInsertComputed(key, callback) {
    Map.prototype.has.call(this, undefined); // the receiver is checked first
    if (typeof callback !== 'function') throw new TypeError('callback must be a function');
    if (Map.prototype.has.call(this, key)) return Map.prototype.get.call(this, key);
    const value = Reflect.apply(callback, undefined, [key === 0 ? 0 : key]);
    Map.prototype.set.call(this, key, value);
    return value;
  },
};

/** Subclasses that do nothing, under the names of ours: so that what shows the name can be compared. */
export const plain = {
  RobustSessionMap: class RobustSessionMap extends Map {},
  RobustSessionSet: class RobustSessionSet extends Set {},
};

for (const [name, value] of Object.entries(UPSERT)) {
  if (Map.prototype[name] !== undefined) continue;
  Object.defineProperty(plain.RobustSessionMap.prototype, name, { value, writable: true, configurable: true });
}
