// The health check of a container: ends with 0 when the service in it says that it is ready.
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { text } from 'node:stream/consumers';

const { HTTP_PORT: port = '', TLS_CERT_FILE } = process.env;
// it talks to itself: the certificate names the host that others know
const options = { port, path: '/readyz', timeout: 3_000, rejectUnauthorized: false };
const get = TLS_CERT_FILE ? getSecure : getPlain;
get(options, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  void text(response).then((said) => console.log(said));
})
  .on('timeout', () => process.exit(1))
  .on('error', (error) => {
    console.log(error.message);
    process.exitCode = 1;
  });
