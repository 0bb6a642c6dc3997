/** The settings are wrong; its message lists every fault, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
