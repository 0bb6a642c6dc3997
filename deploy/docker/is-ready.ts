// The health check of a container: ends with 0 when the service in it says that it is ready.
const response = await fetch(`http://127.0.0.1:${process.env['HTTP_PORT'] ?? ''}/readyz`, {
  signal: AbortSignal.timeout(3_000),
});
console.log(await response.text());
process.exitCode = response.ok ? 0 : 1;
