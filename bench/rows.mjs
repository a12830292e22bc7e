// What is measured: one loop per row. This file imports nothing and is itself imported once per
// contender (`?for=…`), so that each contender's loops are compiled for it alone; shared loops would
// charge every contender for the presence of the others.
//
// A loop runs `count` operations from position `from` on and answers how many went as they must;
// that is checked, and keeps the compiler from leaving anything out.

/**
 * @typedef {object} Load
 * @property {any[]} keys the first `size` are in the map, the rest are not
 * @property {Uint32Array} order random positions below `size`, a power of two of them
 * @property {any[]} fresh keys that the map has never seen, equal to those in `order`
 * @property {number} size
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {import('./contenders.mjs').Claim} needs
 * @property {'text' | 'number'} [keys] default `text`
 * @property {number} [count] operations per round; as many as fit into its time, unless given
 * @property {boolean} [fresh] whether each round needs new key strings
 * @property {boolean} [hot] whether only 1,000 of the keys are used
 * @property {boolean} [zipf] whether some keys are used far more often than others, the n-th a n-th as often as the first
 * @property {boolean} [outside] whether keys are needed that are not in the map
 * @property {(map: any, load: Load, from: number, count: number) => number} [run] on a map that is full
 * @property {(make: () => any, load: Load, count: number) => any[]} [build] makes its own maps
 * @property {(made: any[], load: Load, count: number) => boolean} [built] whether they are as they must be
 */

/** @type {readonly Row[]} */
export const rows = [
  { id: 'get', title: 'get hit', needs: 'map', run: get },
  { id: 'get-hot', title: 'get hit, 1,000 hot keys', needs: 'map', hot: true, run: get },
  { id: 'get-zipf', title: 'get hit, zipf', needs: 'map', zipf: true, run: get },
  { id: 'get-fresh', title: 'get hit, fresh key string', needs: 'map', fresh: true, run: getFresh },
  { id: 'get-number', title: 'get hit, number keys', needs: 'map', keys: 'number', run: get },
  { id: 'miss', title: 'get miss', needs: 'map', outside: true, run: miss },
  { id: 'get-mixed', title: 'get, hit and miss in turn', needs: 'map', outside: true, run: mixed },
  { id: 'has', title: 'has hit', needs: 'has', run: has },
  { id: 'set', title: 'set existing', needs: 'map', run: set },
  { id: 'set-hot', title: 'set existing, 1,000 hot keys', needs: 'map', hot: true, run: set },
  { id: 'set-number', title: 'set existing, number keys', needs: 'map', keys: 'number', run: set },
  { id: 'evict-number', title: 'set evicting, number keys', needs: 'lru', keys: 'number', outside: true, run: evict },
  { id: 'fill', title: 'set new (fill)', needs: 'map', build: fill, built: isFilled },
  { id: 'evict', title: 'set evicting', needs: 'lru', outside: true, run: evict },
  { id: 'delete-set', title: 'delete + set', needs: 'delete', run: deleteAndSet },
  // A fixed number: the more are made at a stretch, the more garbage collection each has to bear.
  { id: 'new-map', title: 'new map, one entry', needs: 'map', count: 2000, build: newMaps, built: isNew },
];

/** @type {NonNullable<Row['run']>} */
function get(map, { keys, order }, from, count) {
  const mask = order.length - 1;
  let hits = 0;
  for (let i = from; i < from + count; i += 1) {
    if (map.get(keys[order[i & mask]]) !== undefined) hits += 1;
  }
  return hits;
}

/** @type {NonNullable<Row['run']>} */
function getFresh(map, { fresh }, _, count) {
  let hits = 0;
  for (let i = 0; i < count; i += 1) {
    if (map.get(fresh[i]) !== undefined) hits += 1;
  }
  return hits;
}

/** @type {NonNullable<Row['run']>} */
function miss(map, { keys, order, size }, from, count) {
  const mask = order.length - 1;
  let misses = 0;
  for (let i = from; i < from + count; i += 1) {
    if (map.get(keys[size + order[i & mask]]) === undefined) misses += 1;
  }
  return misses;
}

/** @type {NonNullable<Row['run']>} */
function mixed(map, { keys, order, size }, from, count) {
  const mask = order.length - 1;
  let right = 0;
  for (let i = from; i < from + count; i += 1) {
    const at = order[i & mask];
    const hit = (i & 1) === 0;
    if ((map.get(keys[hit ? at : size + at]) !== undefined) === hit) right += 1;
  }
  return right;
}

/** @type {NonNullable<Row['run']>} */
function has(map, { keys, order }, from, count) {
  const mask = order.length - 1;
  let hits = 0;
  for (let i = from; i < from + count; i += 1) {
    if (map.has(keys[order[i & mask]])) hits += 1;
  }
  return hits;
}

/** @type {NonNullable<Row['run']>} */
function set(map, { keys, order }, from, count) {
  const mask = order.length - 1;
  for (let i = from; i < from + count; i += 1) map.set(keys[order[i & mask]], i);
  return count;
}

/** A cycle of twice as many keys as fit: each is gone again when its turn comes. @type {NonNullable<Row['run']>} */
function evict(map, { keys, size }, from, count) {
  const cycle = size * 2;
  let at = (size + from) % cycle;
  for (let i = 0; i < count; i += 1) {
    map.set(keys[at], i);
    at += 1;
    if (at === cycle) at = 0;
  }
  return count;
}

/** @type {NonNullable<Row['run']>} */
function deleteAndSet(map, { keys, order }, from, count) {
  const mask = order.length - 1;
  let deleted = 0;
  for (let i = from; i < from + count; i += 1) {
    const key = keys[order[i & mask]];
    if (map.delete(key)) deleted += 1;
    map.set(key, i);
  }
  return deleted;
}

/** @type {NonNullable<Row['build']>} */
function fill(make, { keys, size }, count) {
  const made = [];
  for (let left = count; left > 0; left -= size) {
    const map = make();
    for (let i = 0; i < size; i += 1) map.set(keys[i], i);
    made.push(map);
  }
  return made;
}

/** @type {NonNullable<Row['built']>} */
function isFilled(made, { keys, size }, count) {
  return made.length * size === count && made.every((map) => map.size === size && map.get(keys[size - 1]) === size - 1);
}

/** @type {NonNullable<Row['build']>} */
function newMaps(make, { keys }, count) {
  const made = [];
  for (let i = 0; i < count; i += 1) {
    const map = make();
    map.set(keys[0], i);
    made.push(map);
  }
  return made;
}

/** @type {NonNullable<Row['built']>} */
function isNew(made, { keys }, count) {
  return made.length === count && made.every((map, i) => map.size === 1 && map.get(keys[0]) === i);
}
