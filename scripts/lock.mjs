// Completes package-lock.json. npm leaves an optional package out of the lock file when it cannot
// find it, and then `npm ci` refuses the lock file. Our own platform packages can never be found
// when their version has just been raised, and a registry's mirror may lack some of others.
//
// Run it after every change of dependencies: `npm install`, `node scripts/lock.mjs`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, root, run } from './run.mjs';

const file = join(root, 'package-lock.json');
const OWN = 'robust-session-map-';

/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Our own come from the clone, as links: nothing to download, and nobody else's package of that name.
 *
 * @param {string} name
 */
function ownEntries(name) {
  const folder = `npm/${name.slice(OWN.length)}`;
  const { version, license, engines, os, cpu, libc } = read(join(root, folder, 'package.json'));
  return {
    [`node_modules/${name}`]: { resolved: folder, link: true, optional: true },
    [folder]: { name, version, license, engines, os, cpu, libc, optional: true },
  };
}

/**
 * Others are named by napi's rule: what they are for ends the name.
 *
 * @param {string} name
 * @param {string} version
 * @param {boolean} dev
 */
function foreignEntry(name, version, dev) {
  const match = /-(android|darwin|freebsd|linux|openharmony|win32|wasm32)-(\w+?)(?:-(\w+))?$/.exec(name);
  if (match === null) throw new Error(`cannot tell the platform of ${name}`);
  const [, os = '', cpu = '', abi = ''] = match;
  const libc = abi.startsWith('musl') ? 'musl' : 'glibc';
  const platform = os === 'wasm32' ? { cpu: [os] } : { os: [os], cpu: [cpu], libc: os === 'linux' ? [libc] : undefined };
  return { [`node_modules/${name}`]: { version, dev: dev || undefined, optional: true, ...platform } };
}

const lock = read(file);
/** @type {Record<string, any>} */
const packages = lock.packages;
let added = 0;
for (const [path, { optionalDependencies = {}, dev = false }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`]) continue;
    const own = name.startsWith(OWN) && existsSync(join(root, 'npm', name.slice(OWN.length)));
    Object.assign(packages, own ? ownEntries(name) : foreignEntry(name, version, dev));
    added += 1;
  }
}
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`package-lock.json: ${added} entries added`);

// npm writes its own order of packages and fields, so that its next run changes nothing.
const { command, args, shell } = npm(['install', '--package-lock-only', '--loglevel=error']);
process.exitCode = (await run(command, args, { shell })).code;
