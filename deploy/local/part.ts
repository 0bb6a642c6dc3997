import type { PortSetting } from './settings.ts';

interface PartBase {
  name: string;
  /** The parts that must be ready before this one starts. It stops before they do. */
  after: readonly string[];
  /** The settings of the ports that it listens on. */
  ports: readonly PortSetting[];
  /** Nothing waits for this part: it starts after all the others, and may fail. */
  isAside?: boolean;
}

/** A part that runs until it is stopped. */
export interface ServicePart extends PartBase {
  kind: 'service';
  /** The service, or the further deployment of one, whose process this is: deploy/env has its settings by this name. */
  deployment: string;
  entry: string;
  env: Readonly<Record<string, string>>;
  /** The HTTP port on which /readyz answers 200 once the process is ready. */
  httpPort: PortSetting;
}

/** A part that runs once, to its end, before the parts that depend on it. */
export interface TaskPart extends PartBase {
  kind: 'task';
  entry: string;
  env: Readonly<Record<string, string>>;
}

export interface EnginePart extends PartBase {
  kind: 'postgres' | 'kafka' | 'schema-registry' | 'redis';
}

/** A part that watches the others, and that none of them needs. */
export interface ObservePart extends PartBase {
  kind: 'observe';
  /** The program that it is. */
  name: 'zipkin' | 'victoria-metrics' | 'vmalert' | 'victoria-logs' | 'vlagent';
}

export type Part = ServicePart | TaskPart | EnginePart | ObservePart;
