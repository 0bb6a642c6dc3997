import { runService } from '#platform/base/run-service.ts';
import { app } from './app.ts';
import { service } from './service.ts';

await runService(service, app);
