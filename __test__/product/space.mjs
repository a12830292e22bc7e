// Products of options, and how a test runs through one: every failing combination is named, and the first
// error of each stays its cause.

/**
 * All combinations of the axes' points.
 * @param {Record<string, readonly any[]>} axes
 * @returns {Generator<Record<string, any>>}
 */
export function* product(axes) {
  const [[name, points], ...rest] = Object.entries(axes);
  for (const point of points) {
    if (rest.length === 0) yield { [name]: point };
    else for (const others of product(Object.fromEntries(rest))) yield { [name]: point, ...others };
  }
}

/** How many combinations there are. @param {Record<string, readonly any[]>} axes */
export function count(axes) {
  return Object.values(axes).reduce((all, points) => all * points.length, 1);
}

/** @param {Record<string, any>} combination */
export function nameOf(combination) {
  return Object.entries(combination).map(([name, point]) => `${name} ${String(point)}`).join(', ');
}

/** Names shown of combinations that fail; a broken rule fails thousands. */
const SHOWN = 5;

/**
 * Runs `check` for each combination, and fails with the names of those that fail.
 * @param {Iterable<Record<string, any>>} combinations
 * @param {(combination: any) => unknown} check may be async
 * @returns {Promise<number>} how many there were
 */
export async function forEach(combinations, check) {
  const failed = [];
  let ran = 0;
  for (const combination of combinations) {
    ran += 1;
    try {
      const result = check(combination);
      if (result !== undefined) await result;
    } catch (error) {
      failed.push({ name: nameOf(combination), error });
    }
  }
  if (failed.length === 0) return ran;
  const lines = failed.slice(0, SHOWN).map(({ name, error }) => `  ${name}:\n    ${error.message.replaceAll('\n', '\n    ')}`);
  throw new Error(`${failed.length} of ${ran} combinations fail:\n${lines.join('\n')}`, { cause: failed[0].error });
}

/**
 * Deals the two ways of reading the clock over combinations: by the parity of the bits of their number, so
 * that each point of each axis meets both.
 * @param {Iterable<Record<string, any>>} combinations
 */
export function* withClocks(combinations, first = 0) {
  let number = 0;
  for (const combination of combinations) {
    let parity = first;
    for (let bits = number; bits > 0; bits >>= 1) parity ^= bits & 1;
    number += 1;
    yield { ...combination, clock: parity === 0 ? 'exact' : 'cached' };
  }
}
