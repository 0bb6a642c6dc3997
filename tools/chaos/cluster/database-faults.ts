import { Client } from 'pg';
import type { Fault } from '../fault.ts';
import { untilNotReady } from './readiness.ts';
import type { ClusterRig } from './rig.ts';

const ofDatabase = ['order', 'assembly', 'notification', 'inventory', 'payment', 'publisher'];

const cannotBeWritten = /read-only|standby/;

/** Faults in which the database is reachable but refuses changes, as after an incomplete failover. */
export const databaseFaults: readonly Fault<ClusterRig>[] = [
  {
    name: 'postgres-read-only',
    title: 'the database read-only for a time, sessions ended once, at its beginning',
    seconds: 6,
    run: async ({ rig, pause }, seconds) => {
      await changeDatabase(rig, 'ALTER DATABASE inorder SET default_transaction_read_only = on');
      try {
        await endSessions(rig);
        await untilNotReady(rig, ofDatabase, cannotBeWritten);
        await pause(seconds);
      } finally {
        await changeDatabase(rig, 'ALTER DATABASE inorder RESET default_transaction_read_only');
      }
    },
  },
  {
    name: 'postgres-promoted',
    title: 'kill -9 of the primary; its address is the standby, which is promoted later',
    seconds: 6,
    missing: ({ pair }) => (pair.isPromoted() ? 'it can be promoted once' : undefined),
    run: async ({ rig, pause }, seconds) => {
      const { pair, address, observer } = rig;
      await pair.primary.server.kill('SIGKILL');
      for (const proxy of [address, observer]) proxy.retarget(pair.standby.port);
      await untilNotReady(rig, ofDatabase, cannotBeWritten);
      await pause(seconds);
      await pair.promote();
    },
  },
];

/** Works even where sessions are read-only by default. */
const changeDatabase = async ({ databaseUrl }: ClusterRig, change: string): Promise<void> => {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`BEGIN READ WRITE; ${change}; COMMIT`);
  } finally {
    await client.end();
  }
};

const endSessions = async ({ query }: ClusterRig): Promise<void> => {
  await query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = 'inorder' AND usename <> 'postgres' AND backend_type = 'client backend'`,
  );
};
