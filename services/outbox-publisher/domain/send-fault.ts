/** What a rejected send means. */
export type SendFault =
  /** The broker refuses one of these messages. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** A partition could not be written; others may have been. */
  | { readonly kind: 'partition' }
  /**
   * The broker cannot be reached or does not answer: the outcome of every message is unknown. Other brokers
   * may answer.
   */
  | { readonly kind: 'silent' }
  /** The outcome of every message is unknown, and so is the state of every broker. */
  | { readonly kind: 'away' };

/** Whether the outcome of the whole request is unknown, and not just that of one partition. */
export const isWithoutAnswer = ({ kind }: SendFault): boolean =>
  kind === 'silent' || kind === 'away';
