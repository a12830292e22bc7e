// Folders that are gone after the test.

import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** One that the caller removes. */
export function temporaryFolder() {
  return realpathSync(mkdtempSync(join(tmpdir(), 'robust-session-map-')));
}

/**
 * @template T
 * @param {(folder: string) => T | Promise<T>} use
 * @returns {Promise<T>}
 */
export async function inFolder(use) {
  const folder = temporaryFolder();
  try {
    return await use(folder);
  } finally {
    // Windows keeps a loaded binary locked for a moment.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/**
 * @param {string} folder
 * @param {string[]} names files and folders of the repository
 */
export function copyInto(folder, names) {
  for (const name of names) cpSync(join(root, name), join(folder, name), { recursive: true });
}
