import type { ReadinessCheck } from '../../base/readiness.ts';
import type { Consumer } from './consumer.ts';

// naming more would hide the first
const mostNamed = 3;

/**
 * Ready while it is in its groups and holds no partition; otherwise reports where each held partition stands,
 * and why.
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
