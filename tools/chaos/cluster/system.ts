import type { StartedPart } from '../parts.ts';
import type { ChaosSystem, Play } from '../system.ts';
import { playYard } from '../yard/system.ts';
import { yardTopics } from '../../../testing/yard/observe.ts';
import { withAdmin } from './admin.ts';
import { findNotReady } from './readiness.ts';
import { startClusterRig, type ClusterRig } from './rig.ts';
import { clusterWords } from './words.ts';

/** The rocket yard on three brokers and a Postgres with a standby. */
export const clusterSystem: ChaosSystem<ClusterRig> = {
  name: 'engines',
  servers: 'a Postgres primary with a standby, three Kafka brokers',
  processes: 'inventory, payment, two of order, assembly, notification and the publisher',
  words: clusterWords,
  start: startClusterRig,
  play: (rig) => {
    const play = playYard({ ...rig, parts: rig.parts.map((part) => withoutPlanted(part, rig)) });
    return { ...play, judge: createJudge(rig, (faultName) => play.judge(faultName)) };
  },
};

/** Judges as for the yard; moreover every process must be ready again without having been restarted. */
const createJudge = (rig: ClusterRig, judgeYard: Play['judge']): Play['judge'] => {
  let plantedBefore = 0;
  return async (faultName) => {
    await noteEnds(rig);
    const { foreign, faults, ...verdict } = await judgeYard(faultName);
    const planted = rig.planted.size;
    const made = { foreign: foreign - planted, events: verdict.events - (planted - plantedBefore) };
    plantedBefore = planted;
    return { ...verdict, ...made, faults: [...faults, ...(await findNotReady(rig))] };
  };
};

const noteEnds = async (rig: ClusterRig): Promise<void> =>
  withAdmin(rig, async (admin) => {
    for (const { topic } of Object.values(yardTopics))
      rig.checkedUpTo.set(topic, await admin.fetchTopicOffsets(topic));
  });

/** Ignores dead letters of planted messages, because that was their purpose. */
const withoutPlanted = (part: StartedPart, { planted }: ClusterRig): StartedPart => ({
  ...part,
  lines: () => part.lines().filter((line) => !planted.has(/"key":"([^"]+)"/.exec(line)?.[1] ?? '')),
});
