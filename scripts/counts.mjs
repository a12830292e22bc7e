// Reads how many tests passed and failed from what the runners print at their end.

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/**
 * What each runner calls passed; everything else it counts is a failure, skipped tests too: a test
 * that does not run proves nothing. Cargo ends with one such line per test program, the others with one of all.
 */
const runners = {
  cargo: { passed: /^test result: .*? (\d+) passed/gm, failed: [/^test result: .*? (\d+) failed/gm, /^test result: .*? (\d+) ignored/gm] },
  node: { passed: /^(?:ℹ|#) pass (\d+)$/gm, failed: ['fail', 'cancelled', 'skipped', 'todo'].map((word) => new RegExp(`^(?:ℹ|#) ${word} (\\d+)$`, 'gm')) },
  deno: { passed: /^(?:ok|FAILED) \| (\d+) passed/gm, failed: [/^(?:ok|FAILED) \|.*?(\d+) failed/gm, /^(?:ok|FAILED) \|.*?(\d+) ignored/gm] },
  bun: { passed: /^ *(\d+) pass$/gm, failed: ['fail', 'skip', 'todo', 'errors?'].map((word) => new RegExp(`^ *(\\d+) ${word}$`, 'gm')) },
};

/**
 * @param {keyof typeof runners} runner
 * @param {string} output
 * @param {number} code how the runner ended
 * @returns {{ passed: number, failed: number }}
 */
export function readCounts(runner, output, code) {
  const text = output.replaceAll(ESCAPES, '').replaceAll('\r\n', '\n');
  const count = (/** @type {RegExp} */ pattern) => {
    const found = [...text.matchAll(pattern)].map((match) => Number(match[1]));
    return runner === 'cargo' ? found.reduce((sum, n) => sum + n, 0) : (found.at(-1) ?? 0);
  };
  const passed = count(runners[runner].passed);
  const failed = runners[runner].failed.reduce((sum, pattern) => sum + count(pattern), 0);
  // A runner that crashed, or found nothing to run, has not passed, whatever it printed.
  const broken = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: broken ? 1 : failed };
}
