// Everything that is compiled in or installed may be used and passed on: its licence is on the list.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { describe, test } from '../harness.mjs';
import { allowedForTools, allowedLicences, crates, isAllowed, npmPackages, refused } from '../../scripts/licences.mjs';

describe('licences', () => {
  test('of all crates', async () => {
    const all = await crates();
    assert.ok(all.length > 20, `${all.length} crates`);
    assert.deepStrictEqual(refused(all), []);
  });

  test('of all npm packages', () => {
    const all = npmPackages();
    assert.ok(all.length > 20, `${all.length} packages`);
    assert.deepStrictEqual(refused(all, allowedForTools()), []);
    const { dependencies } = createRequire(import.meta.url)('../../package.json');
    assert.strictEqual(dependencies, undefined, 'what is shipped needs no packages of others');
  });

  test('the list is read, and expressions are understood', () => {
    const allowed = allowedLicences();
    assert.ok(allowed.has('MIT') && !allowed.has('GPL-3.0'));
    for (const good of ['MIT', 'MIT/Apache-2.0', '(MIT OR GPL-3.0) AND Unicode-3.0', 'Apache-2.0 WITH LLVM-exception', 'GPL-3.0 OR MIT AND ISC']) assert.ok(isAllowed(good, allowed), good);
    for (const bad of ['GPL-3.0', 'MIT AND GPL-3.0', 'GPL-3.0 OR LGPL-2.1', 'UNLICENSED', 'SEE LICENSE IN file']) assert.throws(() => assert.ok(isAllowed(bad, allowed)), bad);
    assert.deepStrictEqual(refused([{ name: 'none', licence: '' }, { name: 'fine', licence: 'MIT' }]).map(({ name }) => name), ['none']);
  });
});
