// `npm run build`: builds the native part even if it looks fresh.

import { ensure } from './ensure.mjs';

await ensure({ rebuild: true });
