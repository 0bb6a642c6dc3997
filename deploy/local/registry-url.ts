/** The address of the Confluent API of a registry on this machine. */
export const registryUrlAt = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;
