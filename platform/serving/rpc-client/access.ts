import { z } from 'zod';
import { ConfigError } from '../../base/config-error.ts';
import { followFile } from '../../base/follow-file.ts';
import type { Logger } from '../../base/logger.ts';
import { loadCa, loadKeyPair } from '../../base/tls.ts';
import type { ClientTls } from './connection.ts';

/** Settings of a service that calls others: its own identity, and the authorities that it trusts. */
export const rpcClientSettings = {
  RPC_CLIENT_TOKEN_FILE: z
    .string()
    .optional()
    .describe('A file with the token that is sent with each call of another service.'),
  RPC_CLIENT_CA_FILE: z
    .string()
    .optional()
    .describe(
      "The authorities of the other services' certificates, by default those that Node knows; their addresses are https then.",
    ),
  RPC_CLIENT_CERT_FILE: z
    .string()
    .optional()
    .describe('The certificate that the other services are shown; with RPC_CLIENT_KEY_FILE.'),
  RPC_CLIENT_KEY_FILE: z.string().optional().describe('The private key of RPC_CLIENT_CERT_FILE.'),
};

export type RpcClientSettings = z.output<z.ZodObject<typeof rpcClientSettings>>;

/** The options of `openRpcClient` that come from these settings. */
export interface RpcClientAccess {
  /** The token of now: its file may change. */
  token: (() => string) | undefined;
  tls: ClientTls;
}

/**
 * Reads the files. Throws a ConfigError that names the wrong setting and never shows a file's content; also
 * when there are certificates and one of the URLs, by the names of their settings, is not https.
 */
export const loadRpcClientAccess = async (
  settings: RpcClientSettings,
  urls: Readonly<Record<string, string>>,
  logger: Pick<Logger, 'error'>,
): Promise<RpcClientAccess> => {
  const { RPC_CLIENT_TOKEN_FILE: tokenFile, RPC_CLIENT_CA_FILE: caFile } = settings;
  const { RPC_CLIENT_CERT_FILE: certFile, RPC_CLIENT_KEY_FILE: keyFile } = settings;
  if (caFile !== undefined || certFile !== undefined) requireHttps(urls);
  const pair = await loadKeyPair('RPC_CLIENT', certFile, keyFile);
  const ca = caFile === undefined ? {} : { ca: await loadCa('RPC_CLIENT_CA_FILE', caFile) };
  return {
    token: tokenFile === undefined ? undefined : followToken(tokenFile, logger),
    tls: { ...ca, ...pair },
  };
};

const requireHttps = (urls: Readonly<Record<string, string>>): void => {
  const plain = Object.keys(urls).filter((setting) => !urls[setting]?.startsWith('https:'));
  if (plain.length > 0)
    throw new ConfigError(
      `RPC_CLIENT_CA_FILE and RPC_CLIENT_CERT_FILE need https: ${plain.join(', ')}.`,
    );
};

const followToken = (file: string, logger: Pick<Logger, 'error'>): (() => string) => {
  const setting = 'RPC_CLIENT_TOKEN_FILE';
  const parse = (text: string): string => {
    const token = text.trim();
    if (/^[\x21-\x7e]+$/.test(token)) return token;
    throw new ConfigError(`${setting} ${file} does not hold a token, which is one word.`);
  };
  const onFault = (error: unknown) => {
    logger.error({ err: error }, 'the new token is wrong; the one before goes on being sent');
  };
  return followFile({ setting, file, parse, onFault });
};
