import type { BenchCase } from './bench.ts';
import { orderCreateCase } from './cases/order-create.ts';
import { connectCase, grpcCase } from './cases/stocks-info.ts';

/** All cases in the order in which they run. */
export const cases: readonly BenchCase[] = [grpcCase, connectCase, orderCreateCase];
