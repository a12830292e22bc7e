// The licences of everything that is compiled in or installed, against the list in `deny.toml`. Needs no network:
// reads what cargo and npm have here.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** @typedef {{ name: string, licence: string }} Licensed */

/** The licences that `deny.toml` allows. */
export function allowedLicences(text = readFileSync(join(root, 'deny.toml'), 'utf8')) {
  const list = /^allow = \[([^\]]*)\]/m.exec(text)?.[1] ?? '';
  return new Set(Array.from(list.matchAll(/"([^"]+)"/g), ([, name]) => /** @type {string} */ (name)));
}

/**
 * npm packages are tools here, none is shipped: two more licences will do, as free as the others.
 */
export function allowedForTools() {
  return new Set([...allowedLicences(), 'BlueOak-1.0.0', 'PSF-2.0']);
}

/**
 * Whether an SPDX expression is satisfied: of `OR` one side, of `AND` both. `AND` binds closer; parentheses as usual.
 *
 * @param {string} expression
 * @param {ReadonlySet<string>} allowed
 */
export function isAllowed(expression, allowed) {
  // Older crates write `MIT/Apache-2.0`.
  const words = expression.replaceAll('/', ' OR ').match(/[()]|[\w.+-]+/g) ?? [];
  let at = 0;
  /** @returns {boolean} */
  const one = () => {
    const word = words[at];
    at += 1;
    if (word !== '(') {
      const plain = allowed.has(word ?? '');
      // An exception only ever permits more.
      if (words[at] === 'WITH') at += 2;
      return plain;
    }
    const inner = any();
    if (words[at] !== ')') throw new Error(`no licence expression: ${expression}`);
    at += 1;
    return inner;
  };
  const all = () => {
    let holds = one();
    while (words[at] === 'AND') {
      at += 1;
      holds = one() && holds;
    }
    return holds;
  };
  const any = () => {
    let holds = all();
    while (words[at] === 'OR') {
      at += 1;
      holds = all() || holds;
    }
    return holds;
  };
  const holds = any();
  if (at !== words.length) throw new Error(`no licence expression: ${expression}`);
  return holds;
}

/** All crates that any target or test needs. @returns {Promise<Licensed[]>} */
export async function crates() {
  const { code, output } = await run('cargo', ['metadata', '--locked', '--offline', '--format-version', '1'], { quiet: true });
  if (code !== 0) throw new Error(`cargo metadata: ${output}`);
  // Warnings may come before it.
  const { packages } = JSON.parse(output.slice(output.indexOf('{"packages"')));
  return packages.map((/** @type {any} */ { name, version, license }) => ({ name: `${name} ${version}`, licence: license ?? '' }));
}

/**
 * The folders of the packages in a folder.
 * @param {string} folder
 * @returns {string[]}
 */
function packagesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => (name.startsWith('@') ? packagesIn(join(folder, name)) : [join(folder, name)].concat(packagesIn(join(folder, name, 'node_modules')))));
}

/** All npm packages that are installed here. @returns {Licensed[]} */
export function npmPackages() {
  return packagesIn(join(root, 'node_modules')).filter((folder) => existsSync(join(folder, 'package.json'))).map((folder) => {
    const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const licence = typeof license === 'string' ? license : (license?.type ?? licenses?.map((/** @type {any} */ { type }) => type).join(' OR ') ?? '');
    return { name: `${name} ${version}`, licence };
  });
}

/**
 * Those whose licence is not allowed.
 * @param {readonly Licensed[]} all
 * @param {ReadonlySet<string>} [allowed]
 */
export function refused(all, allowed = allowedLicences()) {
  return all.filter(({ licence }) => licence === '' || !isAllowed(licence, allowed));
}
