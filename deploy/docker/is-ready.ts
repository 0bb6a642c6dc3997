// The health check of a container: exits with 0 when its service reports that it is ready.
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { text } from 'node:stream/consumers';

const { HTTP_PORT: port = '', TLS_CERT_FILE } = process.env;
// The call goes to localhost, but the certificate names the host that clients use, so it cannot be verified here.
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
