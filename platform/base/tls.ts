import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from './config-error.ts';

/** A certificate and its key, in PEM. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate of a server, and optionally the authority of client certificates. */
export interface ServerTls extends KeyPair {
  /** When given, only clients with a certificate of these authorities may connect. */
  readonly clientCa?: Buffer;
}

export interface TlsSettings {
  TLS_CERT_FILE?: string | undefined;
  TLS_KEY_FILE?: string | undefined;
  TLS_CLIENT_CA_FILE?: string | undefined;
}

/** The oldest version that our servers and connections accept. */
export const minTlsVersion = 'TLSv1.2';

/**
 * Reads and checks the files; undefined when there are none. Throws a ConfigError that names the wrong
 * setting.
 */
export const loadServerTls = async (settings: TlsSettings): Promise<ServerTls | undefined> => {
  const { TLS_CLIENT_CA_FILE: caFile } = settings;
  const pair = await loadKeyPair('TLS', settings.TLS_CERT_FILE, settings.TLS_KEY_FILE);
  if (caFile === undefined) return pair;
  if (pair === undefined) throw lacksHalf('TLS');
  return { ...pair, clientCa: await loadCa('TLS_CLIENT_CA_FILE', caFile) };
};

/** Reads and checks the files of the settings `<prefix>_CERT_FILE` and `<prefix>_KEY_FILE`, both or none. */
export const loadKeyPair = async (
  prefix: string,
  certFile: string | undefined,
  keyFile: string | undefined,
): Promise<KeyPair | undefined> => {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) throw lacksHalf(prefix);
  const [certSetting, keySetting] = [`${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`];
  const cert = await readPem(certSetting, certFile);
  const key = await readPem(keySetting, keyFile);
  const certificate = parsed(certSetting, certFile, () => new X509Certificate(cert));
  const privateKey = parsed(keySetting, keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigError(`${keySetting} is not the key of the certificate in ${certSetting}.`);
  return { cert, key };
};

const lacksHalf = (prefix: string): ConfigError =>
  new ConfigError(`TLS needs both ${prefix}_CERT_FILE and ${prefix}_KEY_FILE.`);

/** Reads the certificates of authorities. Throws a ConfigError for a file that contains none. */
export const loadCa = async (setting: string, file: string): Promise<Buffer> => {
  const ca = await readPem(setting, file);
  parsed(setting, file, () => new X509Certificate(ca));
  return ca;
};

const readPem = (setting: string, file: string): Promise<Buffer> =>
  readFile(file).catch((cause: unknown) => {
    throw new ConfigError(`${setting} ${file} cannot be read.`, { cause });
  });

const parsed = <T>(setting: string, file: string, parse: () => T): T => {
  try {
    return parse();
  } catch (cause) {
    throw new ConfigError(`${setting} ${file} is not what it should be, in PEM.`, { cause });
  }
};
