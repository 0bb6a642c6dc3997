import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from './config.ts';

/** What a server shows of itself, and whom it asks for a certificate in turn. */
export interface ServerTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Only clients with a certificate of these authorities are let in. */
  readonly clientCa?: Buffer;
}

export interface TlsSettings {
  TLS_CERT_FILE?: string | undefined;
  TLS_KEY_FILE?: string | undefined;
  TLS_CLIENT_CA_FILE?: string | undefined;
}

/** The oldest version that a door or a connection of ours speaks. */
export const minTlsVersion = 'TLSv1.2';

/** Reads and checks the files; undefined without them. Throws ConfigError that names the setting at fault. */
export const loadServerTls = async (settings: TlsSettings): Promise<ServerTls | undefined> => {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CLIENT_CA_FILE: caFile } = settings;
  if (certFile === undefined && keyFile === undefined && caFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined)
    throw new ConfigError('TLS needs both TLS_CERT_FILE and TLS_KEY_FILE.');
  const [cert, key] = await Promise.all([
    readPem('TLS_CERT_FILE', certFile),
    readPem('TLS_KEY_FILE', keyFile),
  ]);
  const certificate = parsed('TLS_CERT_FILE', certFile, () => new X509Certificate(cert));
  const privateKey = parsed('TLS_KEY_FILE', keyFile, () => createPrivateKey(key));
  requirePair(certificate, privateKey);
  if (caFile === undefined) return { cert, key };
  return { cert, key, clientCa: await loadCa('TLS_CLIENT_CA_FILE', caFile) };
};

/** Reads the certificates of authorities. */
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

const requirePair = (certificate: X509Certificate, key: KeyObject): void => {
  if (!certificate.checkPrivateKey(key))
    throw new ConfigError('TLS_KEY_FILE is not the key of the certificate in TLS_CERT_FILE.');
};
