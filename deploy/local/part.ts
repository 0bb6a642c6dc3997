import type { PortSetting } from './settings.ts';

interface PartBase {
  name: string;
  /** Starts when these are ready, and stops before them. */
  after: readonly string[];
  /** What it listens on, each with the setting that moves it. */
  ports: readonly PortSetting[];
  /** Nobody waits for it: it starts when all the others are up, and may fail. */
  isAside?: boolean;
}

/** Runs until it is stopped. */
export interface ServicePart extends PartBase {
  kind: 'service';
  /** Of which it is a process. */
  service: string;
  entry: string;
  env: Readonly<Record<string, string>>;
  /** Answers /readyz with 200 on this port when it is ready. */
  httpPort: PortSetting;
}

/** Runs to its end, once, before what comes after it. */
export interface TaskPart extends PartBase {
  kind: 'task';
  entry: string;
  env: Readonly<Record<string, string>>;
}

export interface EnginePart extends PartBase {
  kind: 'postgres' | 'kafka' | 'schema-registry';
}

export type Part = ServicePart | TaskPart | EnginePart;
