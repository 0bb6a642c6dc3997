import type * as fc from 'fast-check';

/** The service under attack. */
export interface Target {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** A sku with plenty of stock. */
  readonly sku: number;
}

/** The server's answer. */
export interface Answer {
  /** An HTTP status or the name of a gRPC code; `none` when the connection ended without an answer. */
  status: number | string;
  text: string;
}

/** One way of misusing a server. Everything random is in its input, so that a seed repeats it. */
export interface Attack<Input = unknown> {
  readonly name: string;
  readonly input: fc.Arbitrary<Input>;
  strike(target: Target, input: Input): Promise<Answer>;
}

/** Hides the type of the input, which only the attack itself knows. */
export const defineAttack = <Input>(attack: Attack<Input>): Attack => attack;

export const noAnswer: Answer = { status: 'none', text: '' };
