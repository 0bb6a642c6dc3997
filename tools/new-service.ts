// `make service name=x`: generates a service that runs, with one RPC, one table, one event, one consumer and a test.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { addToDeploy } from './new-service/add-to-deploy.ts';
import { wordsOf, writeService } from './new-service/write-service.ts';
import { writeMigration } from './new-service/write-migration.ts';

const [name = ''] = process.argv.slice(2);
const root = process.cwd();

const fail = (words: string): never => {
  console.error(words);
  process.exit(1);
};

if (!/^[a-z][a-z0-9]{1,30}$/.test(name)) {
  fail('Say the name of the new service, small letters and digits: make service name=warehouse');
}
for (const path of [`services/${name}`, `proto/${name}`]) {
  if (existsSync(path)) fail(`${path} is there already: choose another name, or remove it.`);
}
const words = wordsOf(name);
const written = await writeService(root, words);
const changed = await addToDeploy(root, words);
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
run('buf', 'format', '-w', '--path', `proto/${name}`);
run('buf', 'generate');
writeMigration(root, name);
run('node', 'deploy/write-settings-files.ts');
run('prettier', '--write', '--log-level', 'warn', `services/${name}`);
console.log(`services/${name} and proto/${name} are there (${written.length} files, and its migration).
Changed beside them: ${changed.join(' and ')} (gen/ and deploy/env are generated).

  make check                 its types, boundaries, README and containers are looked at, too
  make test-int t=${name}      a test on a real Postgres and Kafka
  make up                    it runs with the others: 127.0.0.1:${words['__grpc__'] ?? ''} (gRPC), http://127.0.0.1:${words['__http__'] ?? ''}/docs

docs/new-service.md goes on from here.`);
