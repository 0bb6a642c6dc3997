import { services } from '../../deploy/services.ts';

/** Whether a consumer acts on events of a type, as the manifest of its service says; what no manifest names acts on all. */
export const actsOn = (service: string, consumer: string, eventType: string): boolean => {
  const { consumers = [] } = services.find(({ schema }) => schema === service) ?? {};
  const { types } = consumers.find(({ group, name = group }) => name === consumer) ?? {};
  return types === undefined || types.includes(eventType);
};
