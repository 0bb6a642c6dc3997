/**
 * Does what Linux' parent death signal does, on other systems: its standard input is a pipe from the parent, which
 * closes when the parent dies. Then it signals the child, and kills it if it is still running after the grace time.
 */
const graceMs = 4_000;
const [pid, signal] = process.argv.slice(2).map(Number);
if (pid === undefined || signal === undefined) throw new Error('usage: watcher.ts PID SIGNAL');

const send = (what: number): boolean => {
  try {
    process.kill(pid, what);
    return true;
  } catch {
    return false; // the child has ended
  }
};

process.stdin.resume().on('end', () => {
  if (!send(signal)) process.exit(0);
  const givenUpAt = performance.now() + graceMs;
  setInterval(() => {
    if (performance.now() > givenUpAt) send(9);
    if (!send(0)) process.exit(0);
  }, 50);
});
