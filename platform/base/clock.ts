/**
 * Returns the present time. Passed as an argument, so that rules and use cases can be tested without waiting.
 */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
