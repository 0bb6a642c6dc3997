/** A bug that is put in on purpose, and the test that must notice it. */
export interface SeededBug {
  /** `<patch>.patch` beside this file. */
  readonly patch: string;
  readonly breaks: string;
  readonly project: 'unit' | 'int' | 'e2e';
  readonly file: string;
  /** The title of the test that must fail, or the beginning of it. */
  readonly test: string;
  /** What the failure must say. */
  readonly sign: string;
}
