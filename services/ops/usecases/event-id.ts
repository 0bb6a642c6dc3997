import { AppError } from '#platform/base/errors.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const refuseWrongId = (id: string, field: string): void => {
  if (uuid.test(id)) return;
  throw new AppError('invalid', 'event-id-wrong', `${id} is not an event's id (UUID).`, { field });
};
