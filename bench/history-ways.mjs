// Other ways to hold a conversation, that need no package: Buffers, and the runtime's own zstd.

import zlib from 'node:zlib';

const { Bun: bun } = /** @type {any} */ (globalThis);

/** @type {((data: Buffer) => Buffer) | undefined} */
const compress = bun?.zstdCompressSync ?? zlib.zstdCompressSync;
/** @type {((data: Buffer) => Buffer) | undefined} */
const expand = bun?.zstdDecompressSync ?? zlib.zstdDecompressSync;

/** Per message; what the runtime has not got is left out. @type {Record<string, { hold: (message: object) => any, read: (held: any) => any }>} */
export const ways = {
  buffers: {
    hold: (message) => Buffer.from(JSON.stringify(message)),
    read: (held) => JSON.parse(held.toString()),
  },
  ...(compress !== undefined && expand !== undefined && {
    zstd: {
      hold: (message) => compress(Buffer.from(JSON.stringify(message))),
      read: (held) => JSON.parse(Buffer.from(expand(held)).toString()),
    },
  }),
};

/** Of all, on any runtime. @type {Record<string, string>} */
export const titles = { buffers: 'a Buffer of JSON a message', zstd: 'the runtime’s zstd, a message at a time' };
