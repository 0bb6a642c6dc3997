import { unreachable } from './call-error.ts';
import { noteServerDate } from './clock.ts';

export interface Sent {
  rpc: string;
  contentType: string;
  body: BodyInit;
  token: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Sends the request of an RPC; throws a CallError when there is no answer. An abort is thrown as it is. */
export const send = async (sent: Sent): Promise<Response> => {
  const { rpc, contentType, body, token, signal } = sent;
  const headers = {
    'content-type': contentType,
    'connect-protocol-version': '1',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  try {
    const options = { method: 'POST', headers, body, ...(signal && { signal }) };
    const response = await fetch(`/ops.v1.OpsService/${rpc}`, options);
    noteServerDate(response);
    return response;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw unreachable();
  }
};
