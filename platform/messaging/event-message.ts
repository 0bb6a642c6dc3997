import type { DescMessage } from '@bufbuild/protobuf';

/** Loads an event's message type, e.g. of `order.v1.OrderPaid`, from the `events.proto` of its package. */
export const loadEventMessage = async (typeName: string): Promise<DescMessage> => {
  const [name = '', ...packageNames] = typeName.split('.').reverse();
  const path = packageNames.reverse().join('/');
  const file = (await import(`#gen/${path}/events_pb.ts`)) as Record<string, DescMessage>;
  const found = file[`${name}Schema`];
  if (found?.typeName === typeName) return found;
  throw new Error(`proto/${path}/events.proto has no message ${typeName}; topics.yaml names it.`);
};
