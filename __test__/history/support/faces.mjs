// The two faces that tests run: ours on the native part, and a second copy of ours on the naive one.

import { createRequire } from 'node:module';
import { freshFace } from '../../support/fresh.mjs';
import { naiveNative } from './naive.mjs';

const require = createRequire(import.meta.url);

export const native = require('../../../index.js');

/** Every call makes another. */
export function naiveFace() {
  return freshFace(() => {
    const module = require('../../../lib/history/native.js');
    Object.assign(module.native, naiveNative());
    return () => {};
  });
}
