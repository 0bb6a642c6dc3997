import { runTied } from '../deploy/local/run-tied.ts';

/** Creates the topics of deploy/topics.yaml. */
export const createTopics = async (brokers: string): Promise<void> => {
  const env = { ...process.env, KAFKA_BROKERS: brokers };
  await runTied(process.execPath, ['deploy/create-topics.ts'], { env });
};
