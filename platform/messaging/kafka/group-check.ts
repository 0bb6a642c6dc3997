import type { ReadinessCheck } from '../../base/readiness.ts';
import type { Consumer } from './consumer.ts';

// With more of them, the first ones would be hard to find in the message.
const mostNamed = 3;

/**
 * Creates the check that the member is in its groups and holds no partition. It names the offset of held partitions
 * and the causes.
 */
export const groupCheck =
  (member: Pick<Consumer, 'isReady' | 'held'>): ReadinessCheck =>
  () => {
    if (!member.isReady()) return Promise.reject(new Error('not in the group'));
    const held = member.held();
    if (held.length === 0) return Promise.resolve();
    const words = held
      .slice(0, mostNamed)
      .map(
        ({ topic, partition, offset, cause }) =>
          `partition ${partition} of ${topic} is held at offset ${offset}: ${cause}`,
      );
    const others = held.length > mostNamed ? [`and ${held.length - mostNamed} more are held`] : [];
    return Promise.reject(new Error([...words, ...others].join('; ')));
  };
