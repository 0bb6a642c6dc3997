import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  codeToString,
  endStreamFlag,
  endStreamFromJson,
  errorFromJson,
} from '@connectrpc/connect/protocol-connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import { trailerFlag, trailerParse } from '@connectrpc/connect/protocol-grpc-web';

export interface JsonRefusal {
  code: string;
  reason: string | undefined;
  fields: string[];
}

type Body = Buffer<ArrayBuffer>;

/** Sends a body unchanged; resolves with the refusal, or with undefined when the call succeeded. */
export type JsonCaller = (body: Body) => Promise<JsonRefusal | undefined>;

export interface JsonPaths {
  /** The path for POST with the whole message as the body. */
  rest: string;
  unary: string;
  /** The path of an RPC that may also be called with GET. */
  query: string;
  stream: string;
}

/** A caller for each way to send JSON. It sends the bytes unchanged, with no client's own checks in between. */
export const createJsonCallers = (url: string, paths: JsonPaths): Record<string, JsonCaller> => {
  const post = (path: string, type: string, body: Body) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body });
  return {
    rest: async (body) => ofRest(await post(paths.rest, 'application/json', body)),
    connect: async (body) => ofConnect(await post(paths.unary, 'application/json', body)),
    'connect by GET': async (body) => {
      const message = body.toString('base64url');
      const query = `connect=v1&encoding=json&base64=1&message=${message}`;
      return ofConnect(await fetch(`${url}${paths.query}?${query}`));
    },
    'connect stream': async (body) =>
      ofStream(await post(paths.stream, 'application/connect+json', enveloped(body))),
    'grpc-web': async (body) =>
      ofGrpcWeb(await post(paths.unary, 'application/grpc-web+json', enveloped(body))),
    'grpc-web stream': async (body) =>
      ofGrpcWeb(await post(paths.stream, 'application/grpc-web+json', enveloped(body))),
  };
};

const enveloped = (body: Body): Body => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
};

interface RestBody {
  reason: string;
  field_violations?: { field: string }[];
}

const ofRest = async (response: Response): Promise<JsonRefusal | undefined> => {
  const { reason, field_violations: faults = [] } = (await response.json()) as RestBody;
  if (response.ok) return undefined;
  const code = response.status === 400 ? 'invalid_argument' : String(response.status);
  return { code, reason, fields: faults.map(({ field }) => field) };
};

const ofConnect = async (response: Response): Promise<JsonRefusal | undefined> => {
  const body = (await response.json()) as Parameters<typeof errorFromJson>[0];
  if (response.ok) return undefined;
  return ofError(errorFromJson(body, undefined, new ConnectError('', Code.Unknown)));
};

const ofStream = async (response: Response): Promise<JsonRefusal | undefined> =>
  ofError(endStreamFromJson(await lastPiece(response, endStreamFlag)).error);

const ofGrpcWeb = async (response: Response): Promise<JsonRefusal | undefined> =>
  ofError(findTrailerError(trailerParse(await lastPiece(response, trailerFlag))));

/** The payload of the answer's last envelope, which has this flag. */
const lastPiece = async (response: Response, flag: number): Promise<Uint8Array> => {
  const bytes = Buffer.from(await response.arrayBuffer());
  for (let at = 0; at < bytes.length;) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (bytes[at] === flag) return bytes.subarray(at + 5, end);
    at = end;
  }
  throw new Error(`No end in an answer of ${bytes.length} bytes, status ${response.status}.`);
};

const ofError = (error: ConnectError | undefined): JsonRefusal | undefined => {
  if (error === undefined) return undefined;
  const [info] = error.findDetails(ErrorInfoSchema);
  const [bad] = error.findDetails(BadRequestSchema);
  return {
    code: codeToString(error.code),
    reason: info?.reason,
    fields: bad?.fieldViolations.map(({ field }) => field) ?? [],
  };
};
