import { AppError } from '../../base/errors.ts';

export interface FieldViolation {
  /** The path by proto names, e.g. `items[0].sku`; empty for the whole message. */
  field: string;
  description: string;
}

// Details travel in HTTP/2 trailers, which many clients limit to 8 KiB.
const maxViolations = 20;
// A name made up by the caller may be as long as the request.
const maxNameLength = 200;

/** A message that breaks its contract: kind `invalid` with the faults found, at most 20 of them. */
export class InvalidRequest extends AppError {
  readonly fieldViolations: readonly FieldViolation[];

  constructor(fieldViolations: readonly FieldViolation[], cause?: unknown) {
    const shown = fieldViolations.slice(0, maxViolations).map(shorten);
    super('invalid', 'invalid-request', describe(shown), { cause });
    this.fieldViolations = shown;
  }
}

const shorten = ({ field, description }: FieldViolation): FieldViolation => ({
  field: shortened(field).toWellFormed(),
  description: shortened(description, 2_000).toWellFormed(),
});

const shortened = (text: string, maxLength = maxNameLength): string =>
  text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;

const describe = (violations: readonly FieldViolation[]): string =>
  violations.map(({ field, description }) => `${field || 'request'}: ${description}`).join('; ');
