'use strict';

// The audit, for tests: the array, what is known of it and Rust's side agree to the byte.

const { native, STATUS } = require('./native');
const { Record, accessorOf, slotOf, textsOf } = require('./texts');
const { byteLength } = require('./survey');
const { Set } = globalThis; // as they were: a program may put our classes in their place

/**
 * @param {import('./state').State} state
 * @returns {true}
 */
function audit(state) {
  const { array, known, status } = state;
  if (state.closed) {
    ensure(known.length === 0, 'a closed history knows messages');
    return true;
  }
  const broken = native.validate(state.id);
  ensure(broken === undefined || broken === null, `native: ${broken}`);
  ensure(array.length === known.length, `${array.length} messages in the array, ${known.length} known: settle first`);
  const waiting = new Set(native.waiting(state.id));
  const kept = known.length - waiting.size;
  // What others pushed since the last look is in Rust alone.
  const seen = status[STATUS.MESSAGES] - status[STATUS.NEWS];
  ensure(seen === kept, `${seen} messages in Rust, ${kept} here`);
  let bytes = 0;
  const numbers = new Set();
  known.forEach((message, at) => {
    ensure(array[at] === message, `history[${at}] is another message than known`);
    const record = /** @type {Record} */ (slotOf(message));
    ensure(record instanceof Record && record.state === state && record.m >= 0, `history[${at}] has no record`);
    ensure(!numbers.has(record.m), `history[${at}] has the number of another`);
    numbers.add(record.m);
    for (const text of textsOf(record)) {
      const where = `history[${at}], text ${text.key}`;
      const holder = text instanceof Record ? message : text.holder;
      const key = /** @type {string} */ (text.key);
      ensure(Object.getOwnPropertyDescriptor(holder, key)?.get === accessorOf(key).get, `${where}: no accessor`);
      ensure(text.t !== -1 || text.value !== undefined, `${where}: nowhere`);
      if (text.t === -1) continue;
      const inRust = native.text(state.id, text.t);
      if (!waiting.has(record.m)) bytes += byteLength(inRust);
      ensure(text.value === undefined || text.value === inRust || state.dirty.has(text), `${where}: differs from Rust's`);
    }
  });
  ensure(bytes <= status[STATUS.BYTES], `${bytes} bytes of text, ${status[STATUS.BYTES]} in all`);
  return true;
}

/**
 * @param {boolean} holds
 * @param {string} otherwise
 */
function ensure(holds, otherwise) {
  if (!holds) throw new Error(`audit: ${otherwise}`);
}

exports.audit = audit;
