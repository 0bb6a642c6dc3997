/** What a rejected send means. */
export type SendFault =
  /** The broker will not take one of these messages. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** A partition could not be written; others may have been. */
  | { readonly kind: 'partition' }
  /** The broker cannot be reached or does not answer: nothing can be said about any message. Others may answer. */
  | { readonly kind: 'silent' }
  /** Nothing can be said about any message, nor about any broker. */
  | { readonly kind: 'away' };

/** The whole request is in doubt, and not one partition of it. */
export const isWithoutAnswer = ({ kind }: SendFault): boolean =>
  kind === 'silent' || kind === 'away';
