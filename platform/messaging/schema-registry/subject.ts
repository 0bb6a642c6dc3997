/** Returns the subject of a topic's values, by the naming convention of registries and their clients. */
export const valueSubject = (topic: string): string => `${topic}-value`;
