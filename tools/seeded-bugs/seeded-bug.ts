/** A bug that is seeded on purpose, and the test that must notice it. */
export interface SeededBug {
  /** The name of `<patch>.patch` in this folder. */
  readonly patch: string;
  readonly breaks: string;
  readonly project: 'unit' | 'int' | 'e2e';
  readonly file: string;
  /** The title of the test that must fail, or the beginning of the title. */
  readonly test: string;
  /** The text that the failure must contain. */
  readonly sign: string;
}
