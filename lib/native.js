'use strict';

// Loads the native part and says in plain words why, if it does not load. The package's version and
// the binary's must be the same: they share a memory layout.

const { version: expected } = require('../package.json');

/** The name of the package that carries the binary for this platform. */
function platformPackage() {
  const { platform, arch } = process;
  /** @type {Record<string, string>} */
  const names = {
    linux: `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`,
    darwin: `darwin-${arch}`,
    win32: `win32-${arch}-msvc`,
  };
  return `robust-session-map-${names[platform] ?? `${platform}-${arch}`}`;
}

/** On Linux: a runtime built for glibc tells its version. (Bun lists no shared objects, so those say nothing.) */
function isMusl() {
  const report = /** @type {any} */ (process.report?.getReport());
  return report?.header !== undefined && report.header.glibcVersionRuntime === undefined;
}

/**
 * @param {string} what
 * @param {unknown} [cause]
 */
function loadError(what, cause) {
  const { platform, arch, versions } = process;
  const runtime = versions.bun ? `Bun ${versions.bun}` : `Node ${versions.node}`;
  const error = new Error(
    `robust-session-map: ${what} (${platform}-${arch}, ${runtime}; expected in the package ${platformPackage()} ${expected}). Usual causes: `
    + 'dependencies were installed with --omit=optional or --no-optional; '
    + 'node_modules or the lock file came from another platform (install again on this one); '
    + 'the package was bundled (mark robust-session-map as external); '
    + `or there is no binary for ${platform}-${arch} yet.`,
    { cause },
  );
  return Object.assign(error, { code: 'ERR_SESSION_NATIVE' });
}

function load() {
  let binding;
  try {
    binding = require('../binding.js');
  } catch (cause) {
    throw loadError('the native binary was not found or does not load', cause);
  }
  const found = typeof binding.version === 'function' ? binding.version() : 'of another kind';
  if (found !== expected) throw loadError(`the native binary is ${found}, the package is ${expected}`);
  return binding;
}

exports.binding = load();
exports.load = load;
