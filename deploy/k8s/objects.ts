/** What the manifests consist of. The API server knows the fields of each kind, and `make k8s-check` asks it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const partOf = { 'app.kubernetes.io/part-of': 'inorder' };

/** The labels by which the pods of a process are found. */
export const selectorOf = (name: string) => ({ 'app.kubernetes.io/name': name, ...partOf });

/** Selects the pods of any of these processes. */
export const anyOf = (names: readonly string[]) => ({
  matchLabels: partOf,
  matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: names }],
});

interface Named {
  apiVersion: string;
  kind: string;
  name: string;
  /** The process to which it belongs, by default of the same name. */
  of?: string;
}

/** Creates an object of ours, with our labels. */
export const objectOf = (
  { apiVersion, kind, name, of = name }: Named,
  fields: Readonly<Record<string, unknown>>,
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, labels: selectorOf(of) },
  ...fields,
});
