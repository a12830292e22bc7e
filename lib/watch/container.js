'use strict';

// The memory limit of the container that the process is in: cgroup v2 or v1, the smallest on the way from its
// own group to the root. (`process.constrainedMemory()` answers the machine's memory on Bun.)

const { join } = require('node:path').posix;

/** Larger ones mean "none": v1 writes the largest multiple of the page size below 2⁶³. */
const NONE_FROM = 2 ** 60;

/**
 * @param {(file: string) => string} read gives a file's text, or throws
 * @returns {number} bytes, `Infinity` without a limit
 */
function containerLimit(read) {
  let least = Infinity;
  for (const line of text(read, '/proc/self/cgroup').split('\n')) {
    const [, controllers, ...path] = line.split(':');
    if (controllers === undefined) continue;
    const unified = controllers === '';
    if (!unified && !controllers.split(',').includes('memory')) continue;
    const root = unified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory';
    const file = unified ? 'memory.max' : 'memory.limit_in_bytes';
    // Within a container the path is often the host's and not there: the root is then its own group.
    for (let group = join('/', path.join(':')); ; group = join(group, '..')) {
      const limit = Number.parseInt(text(read, join(root, group, file)), 10);
      if (limit > 0 && limit < NONE_FROM) least = Math.min(least, limit);
      if (group === '/') break;
    }
  }
  return least;
}

/** @param {(file: string) => string} read @param {string} file */
function text(read, file) {
  try {
    return read(file);
  } catch {
    return '';
  }
}

exports.containerLimit = containerLimit;
