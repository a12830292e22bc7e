// The places that `npm run fuzz:broken` breaks are still there: it is not run with every change.

import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { breaks } from '../../scripts/broken.mjs';
import { describe, test } from '../harness.mjs';

describe('places to break', () => {
  for (const { name, file, from, to } of breaks) {
    test(`${file}: ${name}`, () => {
      const pieces = readFileSync(new URL(`../../lib/${file}`, import.meta.url), 'utf8').split(from);
      assert.strictEqual(pieces.length, 2, 'stands there once');
      assert.notStrictEqual(from, to);
    });
  }
});
