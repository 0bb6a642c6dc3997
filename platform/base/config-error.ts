/** Thrown for wrong settings; its message lists every fault, one per line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
