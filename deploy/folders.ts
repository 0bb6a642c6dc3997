import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout, without a slash at its end. */
export const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Where Node keeps what it has compiled, so that a process of ours starts in half the time. */
export const compileCache = { NODE_COMPILE_CACHE: join(checkout, '.inorder/cache/node') };
