import type { DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Outcome } from '../rpc-clients.ts';
import type { Protocol, RunningService } from './start-service.ts';

/** Any success: answer-check holds each answer against the API's document, which names the status. */
const restSuccess = expect.stringMatching(/^20[0124]$/) as unknown;

/** The REST statuses of the services that answer a refusal with code, message and reason only. */
const usualStatuses: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: '400',
  NOT_FOUND: '404',
  ALREADY_EXISTS: '409',
  FAILED_PRECONDITION: '409',
};

type Request<M extends DescMethod> = MessageInitShape<M['input']>;
type Refusal = Pick<Outcome, 'code'> & Partial<Outcome>;

export interface ContractWords {
  /** Returns the answer; anything but a success fails the test. */
  ask: <M extends DescMethod>(method: M, request: Request<M>) => Promise<MessageShape<M['output']>>;
  /** Expects a refusal. REST carries only its code, message and reason. */
  expectRefusal: <M extends DescMethod>(
    method: M,
    request: Request<M>,
    refusal: Refusal,
  ) => Promise<void>;
  /** Expects an invalid field. Over REST the message names the field. */
  expectInvalid: <M extends DescMethod>(
    method: M,
    request: Request<M>,
    field: string,
  ) => Promise<void>;
}

/** Functions with which the cases of a contract speak one protocol; the cases are the same for all protocols. */
export const contractWords = (
  service: () => RunningService,
  protocol: Protocol,
  statuses: Readonly<Record<string, string>> = {},
): ContractWords => {
  const restStatuses = { ...usualStatuses, ...statuses };
  const as = (code: string) => (protocol === 'rest' ? restStatuses[code] : code);
  const call = (method: DescMethod, request: object) =>
    service().clients[protocol].call(method, request);

  const expectRefusal: ContractWords['expectRefusal'] = async (method, request, refusal) => {
    const { code, reason, ...facts } = refusal;
    const outcome = await call(method, request);
    const package_ = method.parent.typeName.split('.')[0] ?? '';
    const details = protocol === 'rest' ? {} : { domain: `inorder.${package_}`, ...facts };
    const said = { code: as(code), ...(reason !== undefined && { reason }), ...details };
    expect(outcome).toMatchObject(said);
    expect(outcome.message).toMatch(/\w/);
    if (protocol === 'rest')
      expect(Object.keys(outcome).sort()).toEqual(['code', 'message', 'reason']);
  };

  return {
    ask: async (method, request) => {
      const outcome = await call(method, request);
      const code = protocol === 'rest' ? restSuccess : 'OK';
      expect(outcome).toEqual({ code, answer: expect.anything() as unknown });
      return outcome.answer as MessageShape<(typeof method)['output']>;
    },
    expectRefusal,
    expectInvalid: async (method, request, field) => {
      const outcome = await call(method, request);
      expect(outcome.code).toBe(as('INVALID_ARGUMENT'));
      if (protocol === 'rest') expect(outcome.message).toContain(field);
      else expect(outcome.violations?.map((one) => one.field)).toEqual([field]);
    },
  };
};
