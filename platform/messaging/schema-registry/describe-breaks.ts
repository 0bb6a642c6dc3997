/** Describes to a developer what would break, and what to do instead. */
export const describeBreaks = (what: string, breaks: readonly string[]): string =>
  [`${what}:`, ...breaks.map((one) => `  - ${one}`), '', advice].join('\n');

const advice = `Events of the old form stay on the topic, in outboxes and in archives, and must stay readable. Leave what
is there as it is: add an optional field beside it and fill both. What cannot be said so needs a new message
on a new topic, until nobody reads the old one.`;
