// A second copy of the face on native methods that a test has replaced: the face keeps the methods it
// found when it was loaded. The native module stays the one that is loaded.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * @param {() => () => void} patch changes builtins and returns what undoes it
 * @returns {any} what `index.js` exports
 */
export function freshFace(patch) {
  const main = require.resolve('../../index.js');
  const lib = main.replace(/index\.js$/, 'lib');
  const taken = [];
  for (const path of Object.keys(require.cache)) {
    if (path !== main && !path.startsWith(lib)) continue;
    taken.push([path, require.cache[path]]);
    delete require.cache[path];
  }
  const undo = patch();
  try {
    return require(main);
  } finally {
    undo();
    for (const [path, module] of taken) require.cache[path] = module;
  }
}
