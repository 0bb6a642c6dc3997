/** The subject of a topic's values, as registries and their clients name it. */
export const valueSubject = (topic: string): string => `${topic}-value`;
