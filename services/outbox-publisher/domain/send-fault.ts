/** What a rejected send means. */
export type SendFault =
  /** The broker will not take one of these messages. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** A partition could not be written; others may have been. */
  | { readonly kind: 'partition' }
  /** No broker, no answer: nothing can be said about any message. */
  | { readonly kind: 'away' };
