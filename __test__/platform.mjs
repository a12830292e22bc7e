// The name of this platform in napi's terms, told from outside the package under test.

import { readdirSync } from 'node:fs';
import { root } from './temp.mjs';

const BINARY = /^robust-session-map\.(.+)\.node$/;
const HERE = `robust-session-map.${process.platform}-${process.arch}`;

/** The binary that the build made for this platform. */
export const binary = readdirSync(root).find((name) => name.startsWith(HERE) && BINARY.test(name)) ?? '';

/** Such as `linux-x64-gnu`. */
export const triple = BINARY.exec(binary)?.[1] ?? '';
