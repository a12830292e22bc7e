// A real tool with every Map and Set swapped: the TypeScript compiler, which lives in them. It must find the
// same, and every map be sound afterwards.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, test } from './harness.mjs';
import { script } from './support/script.mjs';

const require = createRequire(import.meta.url);
const compiler = require.resolve('typescript-5.9');
const declarations = fileURLToPath(new URL('../index.d.ts', import.meta.url));

/** Swaps the globals, unless they are to stay; the library itself goes on with the native ones. */
const swap = (options) => `
const made = [];
globalThis.Map = class Map extends RobustSessionMap {
  constructor(entries) {
    super(${options}, entries);
    made.push(this);
  }
};
globalThis.Set = class Set extends RobustSessionSet {
  constructor(values) {
    super(${options}, values);
    made.push(this);
  }
};
`;

const COMPILE = `
const ts = require(${JSON.stringify(compiler)});
const source = 'import { RobustSessionMap } from "./index"; const m: Map<string, number> = new RobustSessionMap(); m.set(1, "a"); export const n: string = m.size;';
const host = ts.createCompilerHost({});
const { getSourceFile, fileExists, readFile } = host;
const name = ${JSON.stringify(declarations.replaceAll('\\', '/').replace('index.d.ts', 'swapped.ts'))}; // as the compiler writes it on Windows, too
host.getSourceFile = (file, ...rest) => (file === name ? ts.createSourceFile(file, source, 99) : getSourceFile(file, ...rest));
host.fileExists = (file) => file === name || fileExists(file);
host.readFile = (file) => (file === name ? source : readFile(file));
const options = { noEmit: true, strict: true, target: 99, lib: ['lib.esnext.d.ts'], types: [], module: 1 };
const program = ts.createProgram([name], options, host);
for (const { code, start, messageText } of ts.getPreEmitDiagnostics(program)) print(code, start, ts.flattenDiagnosticMessageText(messageText, ' '));
print(ts.transpile('class A { #x = 1n; static { using y = null; } }', { target: 2 }).length);
`;

describe('a tool whose Maps and Sets are swapped finds the same', () => {
  for (const options of ['{ ttl: Infinity, maxSize: Infinity }', '{ maxSize: Infinity, onRemove: () => {}, isBusy: () => true }']) {
    test(options, async () => {
      const plain = await script(COMPILE, { timeout: 120_000 });
      const swapped = await script(`${swap(options)}${COMPILE}
        for (const one of made) one.validate();
        print('sound', made.length > 1000);
        process.exit(); // hooks of so many at a natural exit are another test's
      `, { timeout: 120_000 });
      assert.strictEqual(plain.lines.length, 3, plain.stderr);
      assert.deepStrictEqual([swapped.code, swapped.lines], [0, [...plain.lines, 'sound true']], swapped.stderr);
    });
  }
});
