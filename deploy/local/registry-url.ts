/** The URL of the Confluent-compatible API of a schema registry on this machine. */
export const registryUrlAt = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;
