// Says of which case an error is: in its message, and in its stack, which some reporters show instead.

/** @param {unknown} error @param {string} what @returns {unknown} the same error, to be thrown */
export function blame(error, what) {
  if (!(error instanceof Error)) return new Error(`${what}: ${String(error)}`);
  const { message, stack } = error;
  error.message = `${what}: ${message}`;
  error.stack = stack?.includes(message) ? stack.replace(message, () => error.message) : `${error.message}\n${stack}`;
  return error;
}

/** @param {number} seed of a run that failed */
export const bySeed = (seed) => `seed ${seed} (RSM_SEED=${seed} repeats it)`;
