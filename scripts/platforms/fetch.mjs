// What the runs for other platforms need, unpacked into a cache: packages of Debian and PyPI. Nothing is installed
// and the machine's own lists of packages stay as they are. Linux x64 with apt, of Debian or near to it.

import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../run.mjs';

export const cache = join(root, '.cache', 'other');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MINUTE = 60_000;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, timeout?: number }} [options]
 */
export async function must(command, args, { cwd, timeout = 5 * MINUTE } = {}) {
  const { code, output } = await run(command, args, { cwd, timeout, quiet: true });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${output.slice(-4000)}`);
  return output;
}

/** The mirrors that this machine takes its packages from; they have the other releases too. */
async function mirrors() {
  const output = await must('apt-get', ['indextargets', '--format', '$(ORIGIN) $(REPO_URI) $(CODENAME)', 'Identifier: Packages']);
  const lines = output.split('\n').map((line) => line.split(' ')).filter(([origin]) => origin === 'Debian');
  const security = lines.find(([, , codename]) => codename?.endsWith('-security'))?.[1];
  const main = lines.find(([, , codename]) => !codename?.includes('-'))?.[1];
  if (main === undefined || security === undefined) throw new Error('apt of this machine knows no mirror of Debian with its security updates');
  return { main, security };
}

/** The mirror of Debian that this machine uses. */
export async function mirror() {
  return (await mirrors()).main;
}

/** @type {Promise<string[]> | undefined} */
let options;

/** Options with which apt keeps its lists in the cache and looks at these releases only. */
async function updated() {
  const folder = join(cache, 'apt-lists');
  const { main, security } = await mirrors();
  mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(folder, 'archives', 'partial'), { recursive: true });
  const sources = [[main, 'bookworm'], [security, 'bookworm-security'], [main, 'trixie']];
  writeFileSync(join(folder, 'sources.list'), sources.map(([uri, suite]) => `deb [signed-by=${KEYRING}] ${uri} ${suite} main\n`).join(''));
  const settings = [
    `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`, 'Dir::Etc::sourceparts=/dev/null', `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${folder}`, `Dir::Cache::archives=${join(folder, 'archives')}`, 'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  await must('apt-get', [...settings, 'update']);
  return settings;
}

/**
 * Makes a folder once; what it was made of is kept beside it, and another list makes it anew.
 *
 * @param {string} kind
 * @param {string} name
 * @param {string[]} packages
 * @param {(folder: string, downloads: string) => Promise<void>} unpack
 */
async function once(kind, name, packages, unpack) {
  const folder = join(cache, kind, name);
  const label = `${folder}.txt`;
  const text = `${packages.join('\n')}\n`;
  if (existsSync(label) && readFileSync(label, 'utf8') === text) return folder;
  console.log(`fetch ${name} …`);
  const downloads = `${folder}.downloads`;
  for (const one of [folder, downloads]) {
    rmSync(one, { recursive: true, force: true });
    mkdirSync(one, { recursive: true });
  }
  await unpack(folder, downloads);
  rmSync(downloads, { recursive: true });
  writeFileSync(label, text);
  return folder;
}

/**
 * Debian's packages, those named and no others, unpacked over each other.
 *
 * @param {string} name of the folder
 * @param {string[]} packages such as `musl/trixie`
 */
export function fromDebian(name, packages) {
  return once('apt', name, packages, async (folder, downloads) => {
    options ??= updated();
    await must('apt-get', [...await options, 'download', ...packages], { cwd: downloads, timeout: 10 * MINUTE });
    for (const file of readdirSync(downloads)) await must('dpkg', ['-x', join(downloads, file), folder]);
  });
}

/**
 * A wheel of PyPI, unpacked. Whatever is in it that runs is made to.
 *
 * @param {string} name
 * @param {string} version
 * @param {string} binary that must be there, relative to the folder
 * @param {string[]} [platform] options of pip for a wheel of another platform
 */
export async function fromPyPI(name, version, binary, platform = []) {
  const folder = await once('py', name, [`${name}==${version}`], async (into, downloads) => {
    await must('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', ...platform, `${name}==${version}`], { cwd: downloads });
    for (const file of readdirSync(downloads)) await must('python3', ['-m', 'zipfile', '-e', join(downloads, file), into]);
    chmodSync(join(into, binary), 0o755);
  });
  return { folder, binary: join(folder, binary) };
}
