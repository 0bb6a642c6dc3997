/**
 * Exits as soon as this process has nothing left to do, and skips Node's own clean-up: in processes that had started
 * many children, that was seen to spin for ever (Node 24.21, uv_run below CleanupHandles) although everything was
 * closed and all output written. Whatever normally keeps a process alive still does.
 */
export const leaveWhenIdle = (): void => {
  process.once('beforeExit', () => process.exit());
};
