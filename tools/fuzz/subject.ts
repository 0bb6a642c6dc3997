import type { DescMethod } from '@bufbuild/protobuf';
import type { Protocol, RunningService } from '../../testing/services/start-service.ts';
import type { Attack, Target } from './attack.ts';

/** A service that is attacked, and how to tell that it works. */
export interface Subject {
  readonly name: string;
  readonly attacks: readonly Attack[];
  /** What the attacks need to know of it, in addition to its ports. */
  readonly sku: Target['sku'];
  /** Starts its process, with these settings in addition to its own. */
  start(env: Readonly<Record<string, string>>): Promise<RunningService>;
  /** The protocols of the valid calls alongside. */
  readonly protocols: readonly Protocol[];
  /** The valid call with this number, from 0 on. */
  readonly validCall: (number: number) => { method: DescMethod; request: object };
  /** Describes what is wrong in its tables, given how often each answer came, by attack. */
  findTableFaults(url: string, answers: ReadonlyMap<string, number>): Promise<string[]>;
}
