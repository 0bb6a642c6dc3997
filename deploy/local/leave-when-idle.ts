/**
 * Ends this process as soon as it has nothing left to do, past Node's own clearing up: in processes that
 * had started many others that was seen to spin for ever (Node 24.21, uv_run below CleanupHandles), with
 * all closed and all said. What keeps a process alive still does.
 */
export const leaveWhenIdle = (): void => {
  process.once('beforeExit', () => process.exit());
};
