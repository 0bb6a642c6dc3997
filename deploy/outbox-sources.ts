/** The schemas whose outboxes are published, in the order in which they are shown. */
export const outboxSources: readonly string[] = ['loms', 'order', 'assembly'];
