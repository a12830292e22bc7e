// `npm run audit`: licences, sources, bans and known vulnerabilities of crates and npm packages, as far as this
// machine can: what needs a tool or a network that is not here is said to be unchecked, and is no failure.
//
// `cargo install cargo-deny --locked` brings the tool; CARGO_DENY names another copy of it.

import { env } from 'node:process';
import { allowedForTools, crates, npmPackages, refused } from './licences.mjs';
import { npm, run } from './run.mjs';

/** @typedef {{ result: 'pass' | 'FAIL' | 'unchecked', why?: string }} Answer */

/** Signs of a network or a service that is not there. */
const UNREACHABLE = /resolve host|failed to fetch|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|unable to access|audit endpoint returned an error|Not Allowed/i;
const deny = env.CARGO_DENY ?? 'cargo-deny';

/**
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} [shell]
 * @returns {Promise<Answer>}
 */
async function ask(command, args, shell = false) {
  const { code, output } = await run(command, args, { quiet: true, shell });
  if (code === 0) return { result: 'pass' };
  if (code === 127) return { result: 'unchecked', why: `${command} is not installed` };
  if (UNREACHABLE.test(output)) return { result: 'unchecked', why: 'the advisories cannot be reached from here' };
  return { result: 'FAIL', why: output };
}

/**
 * @param {readonly { name: string, licence: string }[]} all
 * @param {ReadonlySet<string>} [allowed]
 * @returns {Answer}
 */
function licences(all, allowed) {
  const wrong = refused(all, allowed);
  if (wrong.length === 0) return { result: 'pass', why: `${all.length} of them` };
  return { result: 'FAIL', why: wrong.map(({ name, licence }) => `${name}: ${licence || 'no licence'}`).join('\n') };
}

// What was run with `--silent` hands that on.
const audit = npm(['audit', '--package-lock-only', '--loglevel=error']);
/** @type {[string, () => Promise<Answer> | Answer][]} */
const checks = [
  ['licences of crates', async () => licences(await crates())],
  ['licences of npm packages', () => licences(npmPackages(), allowedForTools())],
  ['cargo deny: licences, bans, sources', () => ask(deny, ['--offline', 'check', 'licenses', 'bans', 'sources'])],
  ['cargo deny: advisories', () => ask(deny, ['check', 'advisories'])],
  ['npm audit', () => ask(audit.command, audit.args, audit.shell)],
];

for (const [name, check] of checks) {
  const { result, why } = await check();
  console.log(`${result.padEnd(10)}${name}${why === undefined ? '' : `: ${why}`}`);
  if (result === 'FAIL') process.exitCode = 1;
}
