'use strict';

/**
 * An optional peer dependency, or an error that says what to install.
 * @template T
 * @param {string} name
 * @param {() => T} load with a literal `require`, which bundlers can see
 * @returns {T}
 */
function peer(name, load) {
  try {
    return load();
  } catch (cause) {
    throw new Error(`robust-session-map: these metrics need the package ${name}: npm install ${name}`, { cause });
  }
}

/**
 * The function that ends what was registered; also usable with `using`. Further calls do nothing.
 * @param {() => void} end
 * @returns {import('../../index').Unsubscribe}
 */
function once(end) {
  let ended = false;
  const unregister = () => {
    if (ended) return;
    ended = true;
    end();
  };
  Object.defineProperty(unregister, Symbol.dispose ?? Symbol.for('Symbol.dispose'), { value: unregister });
  return /** @type {import('../../index').Unsubscribe} */ (unregister);
}

exports.peer = peer;
exports.once = once;
