import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';

const example = 'e.g. kafka-1:9092,10.0.0.7:9092,[2001:db8::1]:9092';
const hostName =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?)*\.?$/i;

/** Returns what is wrong with the address of a broker; undefined when it is valid. */
const faultOf = (entry: string): string | undefined => {
  if (entry === '') return 'an entry is empty: is there a comma too many?';
  if (entry.includes('://')) return `${entry}: leave out what stands before the host`;
  if (isIPv6(entry)) return `${entry}: put an IPv6 address in brackets and a port behind it`;
  const [, host = '', port] = /^(\[.*\]|[^:[\]]*)(?::(.*))?$/s.exec(entry) ?? [];
  if (!isHost(host)) return `${entry}: its host is neither a name nor an address`;
  if (port === undefined || port === '') return `${entry}: its port is missing`;
  return isPort(port) ? undefined : `${entry}: its port is no number from 1 to 65535`;
};

const isHost = (host: string): boolean => {
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1));
  // A host that consists of digits and dots must be a valid IPv4 address.
  return /^[\d.]+$/.test(host) ? isIPv4(host) : hostName.test(host);
};

const isPort = (port: string): boolean =>
  /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;

/** The bootstrap brokers, as `host:port` separated by commas; an IPv6 address is in brackets. */
export const brokerList = z.string().transform((text, context) => {
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase());
  const faults = new Set(entries.map(faultOf).filter((fault) => fault !== undefined));
  for (const fault of faults)
    context.addIssue({ code: 'custom', message: `${fault} (${example})` });
  for (const entry of entries.filter(
    (each, index) => each !== '' && entries.indexOf(each) !== index,
  ))
    context.addIssue({ code: 'custom', message: `${entry} stands there twice` });
  return entries;
});

/** The same list, validated but kept as text, so that it can be passed on. */
export const brokerText = z.string().refine((text) => brokerList.safeParse(text).success, {
  error: ({ input }) =>
    brokerList
      .safeParse(input)
      .error?.issues.map(({ message }) => message)
      .join('; ') ?? '',
});
