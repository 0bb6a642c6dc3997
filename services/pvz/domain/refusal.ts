import { AppError } from '#platform/base/errors.ts';

// the caller may have sent any text
const shortened = (name: string): string => (name.length <= 20 ? name : `${name.slice(0, 20)}…`);

/** The codes of the contract; a refusal has one as its reason. */
export const refusal = {
  invalid: (message: string, field?: string): AppError =>
    new AppError('invalid', 'VALIDATION_FAILED', message, field === undefined ? {} : { field }),
  unknownPackage: (name: string): AppError =>
    new AppError(
      'invalid',
      'INVALID_PACKAGE',
      `There is no package ${JSON.stringify(shortened(name))}: use bag, box, film, bag+film, box+film or none.`,
      { field: 'package' },
    ),
  tooHeavy: (message: string): AppError =>
    new AppError('invalid', 'WEIGHT_TOO_HEAVY', message, { field: 'weight' }),
  exists: (orderId: bigint): AppError =>
    new AppError('exists', 'ORDER_ALREADY_EXISTS', `Order ${orderId} was accepted before.`),
  notFound: (orderId: bigint): AppError =>
    new AppError('not-found', 'ORDER_NOT_FOUND', `There is no order ${orderId}.`),
  storageExpired: (message: string): AppError =>
    new AppError('precondition', 'STORAGE_EXPIRED', message),
} as const;
